import type { Template } from './template.ts';

/** An inventory of three hosts in two groups. */
export function inventoryTemplate(name: string): Template {
  return {
    files: [{ path: `${name}.yaml`, text: inventory.replaceAll('NAME', name) }],
    next: [`mendgate hosts --vars -i ${name}.yaml`, `mendgate hosts --ping -i ${name}.yaml`],
  };
}

const inventory = `# Which hosts there are. Look at it:  mendgate hosts --vars -i NAME.yaml
inventory: NAME
connect:                                          # how all of them are reached; ~/.ssh/config is honoured too
  user: ops
  become: true                                    # what needs root runs through sudo
groups:
  web:
    hosts: ["web[01:02].example.com"]             # web01 and web02
    vars: { unit: nginx.service }                 # a param of a runbook without -e takes the variable of its name
  db:
    hosts: [db01.example.com]
hosts:
  db01.example.com:
    connect: { port: 2222 }
    vars: { unit: postgresql.service }            # a host's own goes before its group's
`;
