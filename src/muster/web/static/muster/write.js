// A little arithmetic that shows that a browser sent a form (calc/proofs.py): begun when the page opens, done before one has typed.
const form = document.querySelector("[data-proof]");
const TOGETHER = 256;

async function solve(challenge, bits) {
  const letters = new TextEncoder();
  for (let first = 0; ; first += TOGETHER) {
    const tries = Array.from({ length: TOGETHER }, (_, at) => letters.encode(`${challenge}:${first + at}`));
    const found = await Promise.all(tries.map((text) => crypto.subtle.digest("SHA-256", text)));
    const at = found.findIndex((hash) => Math.clz32(new DataView(hash).getUint32(0)) >= bits);
    if (at >= 0) return first + at;
  }
}

// Without https there is no `subtle`: then it is sent without, and looked at first.
if (form && crypto.subtle) {
  const { challenge, solution } = form.elements;
  const solved = solve(challenge.value, Number(form.dataset.proof)).then((number) => (solution.value = number));
  form.addEventListener("submit", (event) => {
    if (solution.value) return;
    event.preventDefault();
    solved.then(() => form.submit());
  });
}
