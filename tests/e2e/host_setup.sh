#!/bin/bash
# keyenroll host: the gate is closed on trial and opened again, by whoever is wrong: an operator's word, a login that breaks, a
# timer that nobody stops; and every file is then what it was, byte for byte. With sshd and its usual configuration.
. "$(dirname "$0")/world.sh"
. "$(dirname "$0")/reports.bash"

software=$WORLD/software

files_sum()
{
	(cd /etc && find pam.d ssh -type f -printf '%p %m %u\n' -exec sha256sum {} + | sort | sha256sum)
}

is_as_before()
{
	[ "$(files_sum)" = "$before" ] && [ ! -e "$state/host-setup" ]
}

# Logins as a script, for --try: by the token, and by the software key.
write_try()
{
	cat >"$WORLD/try-$1" <<-END
		#!/bin/sh
		world_pin=$pin SSH_ASKPASS=$WORLD/askpass SSH_ASKPASS_REQUIRE=force exec setsid --wait timeout 60 \\
			ssh -F none -n -l alice -o UserKnownHostsFile=$WORLD/known_hosts -o StrictHostKeyChecking=yes \\
			-o ConnectionAttempts=30 -o PreferredAuthentications=publickey $2 127.0.0.1 true
	END
	chmod 755 "$WORLD/try-$1"
}

world_install
world_user alice
world_syslog
world_pcscd 2
world_desk
world_token one 5.7.4
expect "alice is enrolled" world_enroll alice one
expect "a snapshot is written" world_snapshot
world_verifier
ssh-keygen -q -t ed25519 -N '' -f "$software"
mkdir -m 700 /opt/home/alice/.ssh
# A host that is being moved: the token's key stands beside the old one.
ssh-keygen -D "$(find /usr/lib -name opensc-pkcs11.so -path '*-linux-*/opensc-pkcs11.so' -print -quit)" |
	cat "$software.pub" - >/opt/home/alice/.ssh/authorized_keys
chown -R alice: /opt/home/alice/.ssh
ssh-keygen -A >/dev/null
mkdir -p /etc/ssh/sshd_config.d
printf 'Include /etc/ssh/sshd_config.d/*.conf\nUsePAM yes\nKbdInteractiveAuthentication no\nSubsystem sftp internal-sftp\n' >/etc/ssh/sshd_config
world_daemon sshd "$(command -v sshd)" -D -E "$WORLD/sshd.log"
world_wait 60 grep -q '^Server listening' "$WORLD/sshd.log" || world_die "$(cat "$WORLD/sshd.log")"
echo "127.0.0.1 $(cat /etc/ssh/ssh_host_ed25519_key.pub)" >"$WORLD/known_hosts"
write_try token "-o PKCS11Provider=$(find /usr/lib -name opensc-pkcs11.so -path '*-linux-*/opensc-pkcs11.so' -print -quit)"
write_try software "-o IdentitiesOnly=yes -i $software"
before=$(files_sum)
identity=$software
expect "before, the software key logs in" world_enters alice

# ---- what is wrong is taken back at once ----------------------------------------------------------------------------------------
exits 64 "undo without a setup says so" keyenroll host undo
report 0 host "status" keyenroll host status --json
holds '.state == "open"' "is open"
exits 1 "a login that does not work before is no proof of anything" keyenroll host setup --try false
says 'host.setup' "and is refused"
expect "nothing was changed" is_as_before
exits 1 "a login that stops working takes it back" keyenroll host setup --try "$WORLD/try-software"
says 'does not work any more' "and says so"
expect "all is as before" is_as_before
expect "and the software key logs in again" world_wait 60 world_enters alice
mv "$config/registrars" "$WORLD/kept"
exits 4 "a host without registrars is not closed" keyenroll host setup
expect "and nothing was changed" is_as_before
mv "$WORLD/kept" "$config/registrars"
echo 'AuthorizedKeysFile .ssh/authorized_keys' >/etc/ssh/sshd_config.d/+first.conf
before=$(files_sum)
exits 1 "a file that comes before ours is found out" keyenroll host setup
says 'sshd.keys-files' "by the doctor"
expect "and all is as before" is_as_before
rm /etc/ssh/sshd_config.d/+first.conf
before=$(files_sum)

mv /etc/pam.d/sshd /etc/pam.d/sshd.site
ln -s sshd.site /etc/pam.d/sshd
exits 1 "a link in the place of a file" keyenroll host setup
says 'is a link, which could not be put back' "is refused"
expect "and still there" [ "$(readlink /etc/pam.d/sshd)" = sshd.site ]
mv /etc/pam.d/sshd.site /etc/pam.d/sshd
expect "nothing was changed" is_as_before

# ---- broken off before anything was changed -------------------------------------------------------------------------------------
# The disk was full, or the power went, before all was kept: nothing may be "put back" from that.
mkdir -m 700 "$state/host-setup"
cp /etc/pam.d/sshd "$state/host-setup/.pam.before.a1b2c3"
report 0 host "status of a setup that was broken off at its beginning" keyenroll host status --json
holds '.state == "open"' "is open"
exits 64 "there is nothing to undo" keyenroll host undo
expect "and no file was removed" [ "$(files_sum)" = "$before" ]

# ---- on trial, confirmed, undone ------------------------------------------------------------------------------------------------
report 0 host "setup with the token's login" keyenroll host setup --json --minutes 30 --try "$WORLD/try-token"
holds '.state == "on trial" and .until != null' "is on trial"
refuse "the software key does not log in" world_enters alice
identity=token
expect "the token does" world_wait 60 world_enters alice
exits 64 "a second setup says that there is one" keyenroll host setup
exits 0 "what the unit does when the machine is started during a trial" \
	sh -c "$(sed -n 's/^ExecStart=//p' "$prefix/lib/systemd/system/keyenroll-trial.service")"
expect "takes it back" is_as_before
exits 0 "and once more does nothing" keyenroll host undo --unconfirmed --reload true
exits 0 "setup again" keyenroll host setup --minutes 30 --try "$WORLD/try-token"
echo rubbish >"$state/host-setup/state"
touch /etc/pam.d/.sshd.a1b2c3 /etc/ssh/sshd_config.d/.00-keyenroll.conf.d4e5f6
exits 0 "where the state cannot be read, the timer's call takes the trial back" keyenroll host undo --unconfirmed
expect "as it was, and without what a killed word had left beside it" is_as_before
exits 0 "setup once more" keyenroll host setup --minutes 30
echo rubbish >"$state/host-setup/state"
exits 2 "undo says that the state cannot be read" keyenroll host undo
exits 0 "undo --force opens" keyenroll host undo --force
expect "all is as before" is_as_before
exits 0 "and setup" keyenroll host setup --minutes 30 --try "$WORLD/try-token"
exits 0 "confirm" keyenroll host confirm
report 0 host "status" keyenroll host status --json
holds '.state == "closed" and .until == null' "is closed"
exits 0 "the timer's call changes nothing that was confirmed" keyenroll host undo --unconfirmed
says '^closed' "and it stays closed"
exits 0 "the doctor finds nothing" keyenroll doctor
cp "$state/host-setup/state" "$WORLD/kept"
echo rubbish >"$state/host-setup/state"
refuse "where the state cannot be read, what was confirmed is not opened by the timer's call" keyenroll host undo --unconfirmed
says 'state cannot be read' "and why is said"
expect "the gate is closed" grep -q pam_keyenroll /etc/pam.d/sshd
cp "$WORLD/kept" "$state/host-setup/state"
echo '# edited' >>/etc/pam.d/sshd
exits 64 "undo does not throw away what was edited since" keyenroll host undo
says 'pam.d/sshd was edited' "and names the file"
mkdir "$WORLD/pam.d"
mount -t tmpfs -o size=256k none "$WORLD/pam.d"
cp -a /etc/pam.d/. "$WORLD/pam.d"
mount --bind "$WORLD/pam.d" /etc/pam.d
dd if=/dev/zero of="$WORLD/pam.d/filling" status=none 2>"$WORLD/output" || :
refuse "the disk is full" cp /etc/pam.d/sshd /etc/pam.d/copy
rm -f /etc/pam.d/copy
exits 0 "undo --force does, and needs no room" keyenroll host undo --force
rm "$WORLD/pam.d/filling"
expect "all is as before" is_as_before
umount /etc/pam.d
cp "$WORLD/pam.d/sshd" /etc/pam.d/sshd
umount "$WORLD/pam.d"
expect "on the disk too" is_as_before
identity=$software
expect "and the software key logs in" world_wait 60 world_enters alice

# ---- a service manager ----------------------------------------------------------------------------------------------------------
# None runs here. What it would be told is written down by two programs of its names, and sshd is told in its stead.
mkdir -p /run/systemd/system "$WORLD/manager"
cat >"$WORLD/manager/systemctl" <<-END
	#!/bin/sh
	echo "systemctl \$*" >>$WORLD/told
	[ "\$1" != reload ] || kill -HUP "\$(cat /run/sshd.pid)"
	[ "\$2" != stop ]
END
printf '#!/bin/sh\necho "systemd-run $*" >>%s\n' "$WORLD/told" >"$WORLD/manager/systemd-run"
chmod 755 "$WORLD/manager/"*
exits 0 "setup on a host with a service manager" env PATH="$WORLD/manager:$PATH" keyenroll host setup --minutes 7
says '^on trial' "is on trial"
expect "which is to take it back after a start" grep -q "^systemctl.* enable .*/keyenroll-trial.service$" "$WORLD/told"
expect "and when the time is over" grep -q "^systemd-run .*--on-active=7m $prefix/bin/keyenroll host undo --unconfirmed$" "$WORLD/told"
expect "an earlier timer being stopped first" sh -c "grep -n 'stop\|systemd-run' $WORLD/told | head -n 1 | grep -q 'stop keyenroll-host-undo'"
sed -i 's/until .*/until 1000000000/' "$state/host-setup/state"
exits 0 "a trial that nobody has taken back in time" keyenroll host status
says 'should have been taken back' "says that it should have been"
exits 0 "undo" env PATH="$WORLD/manager:$PATH" keyenroll host undo
expect "all is as before" is_as_before
# Where a socket of systemd's listens, no sshd has to be told.
sed -i '3i\\	case "$*" in *is-active*.service) exit 3 ;; *reload*) exit 1 ;; esac' "$WORLD/manager/systemctl"
exits 0 "setup on a host whose sshd is started for each login" env PATH="$WORLD/manager:$PATH" keyenroll host setup --minutes 7
says '^on trial' "is on trial"
exits 0 "and undone" env PATH="$WORLD/manager:$PATH" keyenroll host undo
sed -i '3s/.*/	case "$*" in *is-active*) exit 3 ;; *reload*) exit 1 ;; esac/' "$WORLD/manager/systemctl"
exits 4 "setup on a host where no sshd runs that can be told" env PATH="$WORLD/manager:$PATH" keyenroll host setup --minutes 7
says 'sshd was not told' "says so"
expect "and all is as before" is_as_before
rm -r /run/systemd/system

# ---- the timer ------------------------------------------------------------------------------------------------------------------
# Whoever runs it loses his connection as soon as PAM's file is written: when sshd is asked what it makes of the new files.
cp "$(command -v sshd)" "$WORLD/sshd"
cat >"$WORLD/deadly" <<-END
	#!/bin/sh
	[ "\$1" != -T ] || ! grep -q pam_keyenroll /etc/pam.d/sshd || kill -KILL \$PPID
	exec $WORLD/sshd "\$@"
END
chmod 755 "$WORLD/deadly"
mount --bind "$WORLD/deadly" "$(command -v sshd)"
exits 137 "setup for a minute, which is killed in the middle" keyenroll host setup --minutes 1
umount "$(command -v sshd)"
expect "PAM's line is there" grep -q pam_keyenroll /etc/pam.d/sshd
refuse "the software key does not log in" world_enters alice
expect "nobody confirms, and it is taken back" world_wait 150 is_as_before
expect "the software key logs in again" world_wait 60 world_enters alice

world_end
