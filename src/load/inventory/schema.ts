/** The part of JSON Schema that our own inventory format needs; `check-shape.ts` knows exactly these keywords. */
export interface Shape {
  readonly description?: string;
  readonly type?: ShapeType | readonly ShapeType[];
  readonly properties?: { readonly [name: string]: Shape };
  readonly additionalProperties?: false | Shape;
  readonly propertyNames?: { readonly pattern: string };
  readonly items?: Shape;
  readonly enum?: readonly string[];
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxItems?: number;
}
export type ShapeType = 'string' | 'integer' | 'boolean' | 'array' | 'object' | 'null';

const vars: Shape = {
  description:
    'Plain data for the params of runbooks: a param without `-e` takes the variable of its own name. Host over group, child group over parent.',
  type: ['object', 'null'],
  propertyNames: { pattern: '^[A-Za-z_][A-Za-z0-9_]*$' },
};

const ways: { readonly [name: string]: Shape } = {
  port: { description: 'Port of the ssh server. Default 22.', type: 'integer', minimum: 1, maximum: 65535 },
  user: {
    description: "Who logs in. Default: the operator's own name, or what ssh_config says.",
    type: 'string',
    minLength: 1,
    maxLength: 256,
    pattern: '^[^-\\s\\u0000-\\u001f\\u007f][^\\s\\u0000-\\u001f\\u007f]*$',
  },
  private_key_file: {
    description: 'Private key to log in with; `~` is the home of the operator.',
    type: 'string',
    minLength: 1,
    maxLength: 4096,
    pattern: '^[^-\\u0000-\\u001f\\u007f][^\\u0000-\\u001f\\u007f]*$',
  },
  become: {
    description:
      'true: commands run as root through sudo; a name: as that user; false: as the user who logged in. A runbook, step or call that speaks of become wins.',
    type: ['boolean', 'string'],
    minLength: 1,
    maxLength: 256,
    pattern:
      '^(?!(?:[Yy]es|YES|[Nn]o|NO|[Oo]n|ON|[Oo]ff|OFF|[Tt]rue|TRUE|[Ff]alse|FALSE)$)[A-Za-z_][A-Za-z0-9_.@-]*\\$?$',
  },
  become_method: {
    description: 'The program that makes one user another: sudo (default), doas (only with nopass) or su.',
    type: 'string',
    enum: ['sudo', 'doas', 'su'],
  },
  transport: {
    description:
      "openssh: the system's ssh; ssh: our own; local: the machine that mendgate runs on. Default: ssh, or openssh where only that can do what ssh_config asks for.",
    type: 'string',
    enum: ['ssh', 'openssh', 'local'],
  },
};

const manyConnect: Shape = {
  description: 'How its hosts are reached. Never mixed with vars.',
  type: ['object', 'null'],
  properties: ways,
  additionalProperties: false,
};

const host: Shape = {
  description: 'One host, or with a range in its name several alike. May be left empty.',
  type: ['object', 'null'],
  properties: {
    connect: {
      description: 'How this host is reached. Never mixed with vars.',
      type: ['object', 'null'],
      properties: {
        address: {
          description: "Name or IP to dial. Default: the host's name.",
          type: 'string',
          minLength: 1,
          maxLength: 270,
          pattern: '^[A-Za-z0-9_:][A-Za-z0-9_.:%-]*$',
        },
        ...ways,
      },
      additionalProperties: false,
    },
    vars,
  },
  additionalProperties: false,
};

const hosts: Shape = {
  description:
    'Hosts, as a list of names or as a mapping of names to what is special about them. `web[01:16].example.com` stands for 16 names.',
  type: ['array', 'object', 'null'],
  items: { type: 'string', minLength: 1 },
  additionalProperties: host,
};

/** Our own inventory format; `schemas/inventory.schema.json` is this with its header. */
export const inventorySchema: Shape & { readonly $schema: string; readonly $comment: string; readonly title: string } =
  {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $comment: 'generated from src/load/inventory/schema.ts',
    title: 'mendgate inventory',
    description: 'Who there is and how to reach them.',
    type: 'object',
    properties: {
      inventory: {
        description: 'A name for this inventory, for reports.',
        type: 'string',
        minLength: 1,
        maxLength: 100,
      },
      connect: { ...manyConnect, description: 'How hosts are reached where neither a group nor the host says so.' },
      vars: { ...vars, description: 'Variables of all hosts, below those of any group.' },
      groups: {
        description: 'Groups by name.',
        type: ['object', 'null'],
        propertyNames: { pattern: '^[A-Za-z0-9_][A-Za-z0-9_.-]*$' },
        additionalProperties: {
          description: 'A group of hosts. A host may be in several.',
          type: ['object', 'null'],
          properties: {
            hosts,
            children: {
              description: 'Groups that are part of this one.',
              type: ['array', 'null'],
              items: { type: 'string', minLength: 1 },
            },
            connect: manyConnect,
            vars,
          },
          additionalProperties: false,
        },
      },
      hosts: { ...hosts, description: 'Hosts outside any group, and what is special about hosts that groups name.' },
    },
    additionalProperties: false,
  };
