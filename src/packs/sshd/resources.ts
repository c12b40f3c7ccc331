import type { Resource } from '../../model/resource.ts';

/** What sshd's settings depend on. Its files may lie anywhere (`-f`, Include), and where is known only after a look. */
export const sshdResources: readonly Resource[] = ['sshd', 'file:/*', 'service:ssh', 'service:sshd'];
