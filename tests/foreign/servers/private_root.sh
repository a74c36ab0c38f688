# Make `space/root` in the folder $1: the whole file system as it is, with the changes of `upper` on top, none of which
# reach the disk; the folder `mail` as /var/mail and the folder $2, read-only, as /opt. What lies in `root` of folder $2 is
# in its own place instead, for programs that know where they are. Then run the rest of the
# arguments in folder $1. To be run in a mount namespace of its own, which takes all of this away when it ends.
set -eu
cd "$1"
unpacked=$2
shift 2
mount -t tmpfs none space
mkdir space/work space/root space/upper
[ ! -d "$unpacked/root" ] || cp -a "$unpacked/root/." space/upper
cp -a upper/. space/upper
mount -t overlay -o lowerdir=/,upperdir=space/upper,workdir=space/work none space/root
mount --bind mail space/root/var/mail
mount --bind -o ro "$unpacked" space/root/opt
mount -t proc none space/root/proc
mount -t tmpfs none space/root/dev
for device in null zero random urandom; do
    : > "space/root/dev/$device"
    mount --bind "/dev/$device" "space/root/dev/$device"
done
exec "$@"
