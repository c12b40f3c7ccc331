#!/bin/sh
# What a cloud's inventory script prints.
[ "$1" = --list ] || { echo '{}'; exit 0; }
cat <<'END'
{
  "_meta": { "hostvars": {
    "i-0a1": { "ansible_host": "192.0.2.101", "tags": { "Name": "web-1", "Env": "prod" }, "instance_type": "t3.small", "ebs_optimized": false },
    "i-0a2": { "ansible_host": "192.0.2.102", "tags": { "Name": "web-2", "Env": "prod" }, "launch_time": 1700000000 },
    "i-0b1": { "ansible_host": "192.0.2.103", "ansible_port": "2202", "tags": {} }
  } },
  "tag_Role_web": { "hosts": ["i-0a1", "i-0a2"], "vars": { "ansible_user": "ec2-user" } },
  "tag_Role_db": ["i-0b1"],
  "region_eu_west_1": { "children": ["tag_Role_web", "tag_Role_db"], "vars": { "region": "eu-west-1" } },
  "security_group_none": { "hosts": [] }
}
END
