import type { Pack } from '../model/pack.ts';
import { apparmorPack } from './apparmor/index.ts';
import { corePack } from './core/index.ts';
import { nginxPack } from './nginx/index.ts';
import { selinuxPack } from './selinux/index.ts';
import { storagePack } from './storage/index.ts';
import { tlsPack } from './tls/index.ts';

/** The packs that come with mendgate. One line each. */
export const builtInPacks: readonly Pack[] = [corePack, nginxPack, apparmorPack, selinuxPack, storagePack, tlsPack];
