# Prints everything of a guest that a fix of ours may touch, as sections "== NAME". Two equal texts: an unchanged guest.
# Run by root with sh -s; looks only. A program's start costs 20-50 ms under emulation: few programs, many builtins.
# Records, not files: an empty *.local file and none at all mean the same.
export LC_ALL=C PATH=/usr/sbin:/usr/bin:/sbin:/bin
store=/var/lib/selinux/default/active

echo "== booleans"
[ -d /sys/fs/selinux/booleans ] && cd /sys/fs/selinux/booleans && grep -s . -- *
echo "== mode"
# That file has no line end, which read takes for an error.
[ -e /sys/fs/selinux/enforce ] && { read -r enforce </sys/fs/selinux/enforce || true; } && echo "$enforce"
[ -e $store/disable_dontaudit ] && echo "dontaudit rules are off"
echo "== records"
cd $store && grep -Hv -e '^#' -e '^$' -- *.local seusers users_extra /etc/selinux/default/contexts/files/*.local
echo "== apparmor"
[ -e /sys/kernel/security/apparmor/profiles ] && sort /sys/kernel/security/apparmor/profiles
# What is loaded, not only its name. The folders' numbers count loads.
for loaded in /sys/kernel/security/apparmor/policy/profiles/*; do
  [ -e "$loaded/raw_sha1" ] && read -r name <"$loaded/name" && read -r sum <"$loaded/raw_sha1" && echo "$name $sum"
done | sort
echo "== units"
for unit in nginx auditd php8.2-fpm unixapp; do
  [ -d /sys/fs/cgroup/system.slice/$unit.service ] && echo $unit
done
echo /sys/fs/cgroup/system.slice/system-app.slice/app@*
echo "== files"
# Of the policy's own files only the content counts: every rebuild writes them anew, with another SELinux user. Left out:
# their compiled twins (*.bin), and the binary policy, which has other bytes after a rebuild from the same modules and
# records (measured). So it is with dpkg's and apt's own files.
find /run/app /run/php /run/lab /srv /etc/nginx /etc/php /etc/apparmor.d/usr.sbin.nginx /etc/apparmor.d/local \
  /etc/selinux/config /etc/systemd/system /etc/tmpfiles.d /var/log/nginx /var/log/audit /var/lib/dpkg/status /var/lib/apt/extended_states \
  /etc/selinux/default/contexts/files $store/modules_checksum $store/modules/400 \
  $store/modules/disabled \
  \( -path '/etc/selinux/default/*' -o -path "$store/*" -o -path '/var/lib/dpkg/*' -o -path '/var/lib/apt/*' -o -printf '%p %y %m %U %G %Z %l\n' \) \
  -type f ! -path '/var/log/*' ! -name '*.bin' ! -name '*.local' -exec sha256sum {} +
echo "== acls"
# Each line with its file: two files with each other's entries are not the same.
getfacl -Rpsn /run/app /run/php /run/lab /srv | while read -r line; do
  case $line in '# file: '*) file=${line#'# file: '} ;; '#'* | '') ;; *) echo "$file $line" ;; esac
done
echo "== processes"
# A real run may reload nginx; a dry run may not.
pgrep -f '^nginx: '
echo "== mendgate"
# What a run must take away with it. Its markers it leaves on purpose, for seven days: they have a section of their own, which
# is empty after a dry run and left out of the comparison after a real one.
markers=
for trace in /var/lib/mendgate /var/lib/mendgate/* /run/mendgate* /root/.local/state/* /root/.local/state/mendgate/* \
  /home/*/.local/state/* /home/*/.local/state/mendgate/*; do
  [ -e "$trace" ] || continue
  name=${trace##*/}
  case $name in mendgate) marker=1 ;; *[!0-9a-f]*) marker= ;; *) [ ${#name} = 64 ] && marker=1 || marker= ;; esac
  if [ -n "$marker" ]; then markers="$markers$trace
"; else echo "$trace"; fi
done
echo "== markers"
printf %s "$markers"
exit 0
