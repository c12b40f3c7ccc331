#!/bin/sh
# Runs inside a copy of the configured root (chroot): takes away every tool that a bare host lacks. Prints the names of
# the packages it removed.
set -eu
before=$(dpkg-query -W -f '${Package}\n' | sort)
export DEBIAN_FRONTEND=noninteractive
apt-get purge -y -qq policycoreutils-python-utils setools auditd selinux-basics semodule-utils checkpolicy apparmor-utils >/dev/null
apt-get autoremove --purge -y -qq >/dev/null
after=$(dpkg-query -W -f '${Package}\n' | sort)
for name in $before; do
  echo "$after" | grep -qx "$name" || echo "$name"
done
for tool in semanage sesearch ausearch audit2allow; do
  ! command -v "$tool" >/dev/null || { echo "$tool is still there" >&2; exit 1; }
done
for tool in setsebool semodule restorecon getsebool nginx python3; do
  command -v "$tool" >/dev/null || { echo "$tool is gone" >&2; exit 1; }
done
