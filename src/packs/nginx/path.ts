/** The folder of an absolute path, without a trailing slash but for `/` itself. */
export function folderOf(path: string): string {
  const at = path.lastIndexOf('/');
  return at <= 0 ? '/' : path.slice(0, at);
}

/** `path` as nginx completes it: absolute as it is, else below `folder`. */
export function below(folder: string, path: string): string {
  if (path.startsWith('/')) return path;
  return folder.endsWith('/') ? `${folder}${path}` : `${folder}/${path}`;
}

/** A stored file name without line end, as it may travel in a line-based list. */
export function fitsOnLine(path: string): boolean {
  return path.length > 0 && path.length <= 4096 && !/[\n\r\0]/.test(path);
}
