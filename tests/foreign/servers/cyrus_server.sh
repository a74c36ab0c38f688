# Serve with Cyrus, whose files are to lie in /var/lib/cyrus and /var/spool/cyrus. Each line of /etc/people is a name, a tab and
# a password.
set -eu

mkdir -p /run/cyrus/proc /run/cyrus/lock /var/spool/cyrus/mail
for part in db lock log msg proc quota sieve socket user; do
    mkdir -p "/var/lib/cyrus/$part"
done
while IFS="$(printf '\t')" read -r name password; do
    echo "$password" | saslpasswd2 -p -c -u localhost -f /etc/sasldb2 "$name"
done </etc/people
chown -R cyrus:cyrus /run/cyrus /var/lib/cyrus /var/spool/cyrus /etc/sasldb2
exec master -D -M /etc/cyrus.conf -C /etc/imapd.conf
