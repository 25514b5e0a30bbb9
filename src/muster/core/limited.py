"""What a process that reads foreign files may use."""

import resource


def limit_process(memory: int, seconds: int) -> None:
    """Let this process use so many bytes of memory and seconds of a processor from now on, and leave no core file behind."""
    for kind, amount in ((resource.RLIMIT_AS, memory), (resource.RLIMIT_CPU, seconds), (resource.RLIMIT_CORE, 0)):
        hard = resource.getrlimit(kind)[1]
        resource.setrlimit(kind, (amount if hard < 0 else min(amount, hard), hard))
