import { describe, expect, test } from 'vitest';
import { parseAcl } from '../../../src/packs/core/acl.ts';
import { grantedRights } from '../../../src/packs/core/granted-rights.ts';

const nginx = { uid: 33, gids: [33, 44] };
const owned = (uid: number, gid: number, mode: string) => ({ uid, gid, mode });

describe('the rights that one file gives an account', () => {
  test.each([
    ['as its owner', owned(33, 0, '0640'), 'rw'],
    ['as its owner, though the group has more', owned(33, 33, '0070'), ''],
    ['by his main group', owned(0, 33, '0660'), 'rw'],
    ['by another group of his', owned(0, 44, '0650'), 'rx'],
    ['by a group, though the others have more', owned(0, 44, '0606'), ''],
    ['as one of the others', owned(0, 0, '0662'), 'w'],
    ['not at all', owned(0, 0, '0770'), ''],
    ['whatever the special bits', owned(0, 0, '1777'), 'rwx'],
  ])('%s', (_how, file, rights) => {
    expect(grantedRights(nginx, file, [])).toBe(rights);
  });

  test.each([
    ['an entry of his own', 'user::rw-\nuser:33:rw-\ngroup::---\nmask::rw-\nother::---', 'rw'],
    ['an entry that the mask cuts', 'user::rw-\nuser:33:rw-\ngroup::---\nmask::r--\nother::---', 'r'],
    ['his own entry is final', 'user::rw-\nuser:33:---\ngroup::---\nmask::rw-\nother::rw-', ''],
    ['two groups together', 'user::rw-\ngroup::---\ngroup:33:r--\ngroup:44:-w-\nmask::rw-\nother::---', 'rw'],
    ['the others are not masked', 'user::rw-\nuser:7:rw-\ngroup::---\nmask::---\nother::rw-', 'rw'],
  ])('by an ACL: %s', (_how, acl, rights) => {
    expect(grantedRights(nginx, owned(0, 0, '0660'), parseAcl(acl))).toBe(rights);
  });

  test('root has them all', () => {
    expect(grantedRights({ uid: 0, gids: [0] }, owned(33, 33, '0000'), [])).toBe('rwx');
  });
});
