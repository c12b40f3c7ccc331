/** Whether a process with this id exists. */
export function isAlive(pid: number): boolean {
  // 0 and negative numbers mean process groups.
  if (!(pid > 0)) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
