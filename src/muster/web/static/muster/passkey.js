// Joins our buttons to allauth's scripts for passkeys, where the browser and the address allow them.
const possible = Boolean(window.PublicKeyCredential) && isSecureContext && !/^[\d.]+$|^\[/.test(location.hostname);
const problem = document.querySelector("[data-passkey-error]");

for (const form of possible ? document.querySelectorAll("[data-passkey]") : []) {
  const kind = form.dataset.passkey;
  const ids = { [kind]: "passkey-button", credential: form.elements.credential.id };
  if (document.querySelector("#passkey-data")) ids.data = "passkey-data";
  if (form.elements.passwordless) ids.passwordless = form.elements.passwordless.id;
  window.allauth.webauthn.forms[`${kind}Form`]({ ids });
  form.hidden = false;
}
for (const note of document.querySelectorAll("[data-passkey-none]")) note.hidden = possible;

// Nobody there, stopped, or the wrong device: say so on the page.
document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  problem.hidden = false;
});
document.addEventListener("click", (event) => event.target.id === "passkey-button" && (problem.hidden = true), true);
