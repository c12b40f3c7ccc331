#!/bin/sh
# Runs inside the new root file system (chroot), once, after root/ was copied over it.
# usage: configure.sh PUBLIC_KEY
set -eu
key=$1

systemctl enable systemd-networkd ssh auditd nginx app@3000 >/dev/null 2>&1
systemctl disable php8.2-fpm >/dev/null 2>&1 || true

# Emulation is slow and a snapshot should be quiet: what no test looks at doesn't run.
for unit in apt-daily.timer apt-daily-upgrade.timer apt-daily.service apt-daily-upgrade.service dpkg-db-backup.timer \
  e2scrub_all.timer e2scrub_reap.service fstrim.timer logrotate.timer systemd-networkd-wait-online.service \
  systemd-timesyncd.service getty@tty1.service serial-getty@ttyS0.service systemd-pstore.service \
  systemd-firstboot.service modprobe@efi_pstore.service modprobe@drm.service sys-kernel-debug.mount \
  sys-kernel-tracing.mount ssh.socket systemd-rfkill.socket phpsessionclean.timer; do
  ln -sf /dev/null "/etc/systemd/system/$unit"
done

sed -i 's/^SELINUX=.*/SELINUX=enforcing/; s/^SELINUXTYPE=.*/SELINUXTYPE=default/' /etc/selinux/config
rm -f /.autorelabel /etc/nginx/sites-enabled/default
chmod 440 /etc/sudoers.d/lab
: >/etc/motd

# root by key; ops: sudo without a password; opspw: sudo with one; plain: no sudo.
for user in ops opspw plain; do useradd -m -s /bin/bash "$user"; done
echo 'opspw:lab-password' | chpasswd
for home in /root /home/ops /home/opspw /home/plain; do
  install -d -m 700 "$home/.ssh"
  echo "$key" >"$home/.ssh/authorized_keys"
  chown -R --reference="$home" "$home/.ssh"
done

rm -f /etc/ssh/ssh_host_*
ssh-keygen -q -t ed25519 -N '' -f /etc/ssh/ssh_host_ed25519_key
ssh-keygen -q -t rsa -b 3072 -N '' -f /etc/ssh/ssh_host_rsa_key

# An initrd that knows nothing but this virtual machine's disk.
sed -i 's/^MODULES=.*/MODULES=list/; s/^COMPRESS=.*/COMPRESS=zstd/' /etc/initramfs-tools/initramfs.conf
printf 'virtio_pci\nvirtio_blk\nvirtio_net\next4\n' >/etc/initramfs-tools/modules
update-initramfs -c -k "$(ls /lib/modules)" 2>&1 | grep -v '^W:' || true

rm -rf /var/cache/apt/* /var/lib/apt/lists/* /var/log/*.log /etc/apt/apt.conf.d/99mmdebstrap
