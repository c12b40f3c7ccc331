/** What systemd's own exit codes say (systemd.exec(5), "Process exit codes"): it could not set the program up. */
const setUp: Readonly<Record<number, string>> = {
  200: 'CHDIR: its WorkingDirectory cannot be entered',
  201: 'NICE: its nice level cannot be set',
  202: 'FDS: its file descriptors cannot be set up',
  203: 'EXEC: its program is not there, or cannot be executed',
  204: 'MEMORY: no memory for setting it up',
  205: 'LIMITS: its limits cannot be set',
  206: 'OOM_ADJUST: its OOMScoreAdjust cannot be set',
  207: 'SIGNAL_MASK: its signals cannot be set up',
  208: 'STDIN: its standard input cannot be opened',
  209: 'STDOUT: its standard output cannot be opened',
  210: 'CHROOT: its RootDirectory cannot be entered',
  211: 'IOPRIO: its I/O priority cannot be set',
  214: 'SETSCHEDULER: its CPU scheduling cannot be set',
  215: 'CPUAFFINITY: its CPU affinity cannot be set',
  216: 'GROUP: there is no such Group',
  217: 'USER: there is no such User',
  218: 'CAPABILITIES: its capabilities cannot be set',
  219: 'CGROUP: its control group cannot be set up',
  222: 'STDERR: its standard error cannot be opened',
  224: 'PAM: its PAM session cannot be opened',
  225: 'NETWORK: its network namespace cannot be set up',
  226: 'NAMESPACE: a path of its sandbox is not there (ReadWritePaths and the like)',
  227: 'NO_NEW_PRIVILEGES: it cannot be kept from new privileges',
  228: 'SECCOMP: its system call filter cannot be set',
  229: 'SELINUX_CONTEXT: its SELinuxContext cannot be taken on',
  230: 'PERSONALITY: its execution domain cannot be set',
  231: 'APPARMOR: its AppArmorProfile cannot be taken on',
  232: 'ADDRESS_FAMILIES: its address families cannot be restricted',
  233: 'RUNTIME_DIRECTORY: its directory below /run cannot be made',
  235: 'CHOWN: a socket cannot be given its owner',
  237: 'KEYRING: its kernel keyring cannot be set up',
  238: 'STATE_DIRECTORY: its directory below /var/lib cannot be made',
  239: 'CACHE_DIRECTORY: its directory below /var/cache cannot be made',
  240: 'LOGS_DIRECTORY: its directory below /var/log cannot be made',
  241: 'CONFIGURATION_DIRECTORY: its directory below /etc cannot be made',
  242: 'NUMA_POLICY: its NUMA policy cannot be set',
  243: 'CREDENTIALS: its credentials cannot be set up',
};

/** `203/EXEC: …` where that exit code is systemd's; empty for a program's own. */
export function setUpFailure(status: number): string {
  const words = setUp[status];
  return words === undefined ? '' : `${status}/${words}`;
}
