import type { Explanations } from './explanation.ts';

/** Inventories, and the settings file. */
export const inventories: Explanations = {
  'inventory/none': { means: 'No inventory is given.', instead: '-i FILE, or -i host1,host2' },
  'inventory/not-found': {
    means: 'There is no such inventory.',
    instead: 'Look at the path; a list of hosts has a comma: -i web1,',
  },
  'inventory/unreadable': { means: 'It is there and cannot be read.', instead: 'Look at its rights.' },
  'inventory/unknown-format': {
    means: 'It is in no format that is read.',
    instead: "Our own YAML, Ansible's YAML or INI, or a program.",
  },
  'inventory/ambiguous': {
    means: "Some keys are of our format, others of Ansible's.",
    instead: 'Groups stand under `groups` in ours, under `all` in theirs.',
  },
  'inventory/plugin': {
    means: 'It configures a plugin of Ansible, which is not run here.',
    instead: 'Give -i a program that runs ansible-inventory --list.',
  },
  'inventory/executable-failed': {
    means: 'The program that prints the inventory failed.',
    instead: 'Run it by hand with --list.',
  },
  'inventory/bad-listing': {
    means: 'What the program printed is no inventory.',
    instead: "The format is that of Ansible's inventory scripts.",
  },
  'inventory/passed-over': {
    means: 'The file lies in a folder of inventories, and its ending says that it is none.',
    instead: 'Rename it, or give it with -i.',
  },
  'inventory/no-hosts': { means: 'It names no host.', instead: 'Add some under `hosts`.' },
  'inventory/unknown-group': {
    means: 'It speaks of a group that is declared nowhere.',
    instead: 'Declare it, or mend the name.',
  },
  'inventory/group-circle': { means: 'Groups are part of each other.', instead: 'Take one `children` entry out.' },
  'inventory/host-and-group': {
    means: 'A host and a group have one name.',
    instead: 'Rename one: in a pattern the host is taken.',
  },
  'inventory/bad-group-name': { means: 'This cannot name a group.', instead: 'Letters, digits, _, . and -.' },
  'inventory/bad-host-name': {
    means: 'This cannot name a host.',
    instead: 'A host name or an address, with a port perhaps.',
  },
  'inventory/bad-port': { means: 'This is no port.', instead: 'A number from 1 to 65535.' },
  'inventory/bad-range': { means: 'This range of names cannot be read.', instead: 'web[01:16], db[a:f]' },
  'inventory/bad-section': {
    means: 'This is no section of an INI inventory.',
    instead: '[group], [group:vars] or [group:children]',
  },
  'inventory/not-an-assignment': {
    means: 'Behind a host stand assignments.',
    instead: 'key=value; quote a value with blanks.',
  },
  'inventory/unclosed-quote': { means: 'A quote or a backslash has no end.', instead: 'Close it.' },
  'inventory/control-character': { means: 'An invisible character stands in the file.', instead: 'Remove it.' },
  'inventory/wrong-value': {
    means: 'The value does not fit its key.',
    instead: 'The message says what may stand there.',
  },
  'inventory/reserved-name': { means: 'This cannot name a variable.', instead: 'Take another name.' },
  'inventory/not-supported': {
    means: 'A variable of Ansible that does nothing here.',
    instead: 'The help names ours, if there is one.',
  },
  'inventory/connect-in-vars': {
    means: 'How a host is reached does not stand among its variables.',
    instead: 'Move it under `connect`.',
  },
  'inventory/expression': {
    means: 'Variables are plain data: no ${{ }}.',
    instead: 'Write the value, or compute it in the runbook.',
  },
  'inventory/template': { means: 'Variables are plain data: no Jinja.', instead: 'Write the value itself.' },
  'inventory/shared-address': {
    means: 'One address is given to many hosts at once.',
    instead: 'Name each of them by itself.',
  },
  'inventory/same-address': {
    means: 'Two names are one machine: it would be mended twice at the same time.',
    instead: 'Keep one name.',
  },
  'inventory/too-many-hosts': { means: 'More hosts than one inventory can hold.', instead: 'Split it.' },
  'inventory/unused-become-user': {
    means: 'A user is named for become, and nothing in the inventory says that the host wants it.',
    instead:
      '`become: USER` in the runbook, or --become-user; with `ansible_become: true` it counts where the runbook is silent.',
  },
  'inventory/vault': {
    means: 'A value is encrypted and cannot be opened.',
    instead: '--vault-password-file FILE or --ask-vault-password',
  },
  'inventory/vault-in-the-clear': {
    means: 'The value is encrypted, and shown all the same: it says how a host is reached.',
    instead: 'Take it out of the vault.',
  },
  'settings/unknown': { means: 'There is no such setting.', instead: '`mendgate config show` lists them.' },
  'settings/unreadable': { means: 'The settings file cannot be read.', instead: 'Look at its rights.' },
};
