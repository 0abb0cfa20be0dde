/**
 * The C half of `uabi simulate serve`: a library to preload, printed by `uabi simulate client`, or built with the
 * system's compiler by `uabi simulate client --out FILE`.
 */

export const clientSource = `/*
 * LD_PRELOAD client of "uabi simulate serve": /dev/kvm of an unmodified program is the simulated one.
 *
 *   uabi simulate client --out client.so      or: cc -shared -fPIC -o client.so client.c -ldl
 *   UABI_SOCKET=PATH LD_PRELOAD=./client.so ./program
 *
 * open, openat, ioctl, mmap and close of /dev/kvm and of what comes from it go to the server; everything else goes on to
 * the C library. Arguments are copied with process_vm_readv and process_vm_writev on this process itself, so that a bad
 * pointer is EFAULT and not a crash. Frames are: u32 length, u32 kind, payload; numbers in host order (little-endian).
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

enum { KIND_OPEN = 1, KIND_IOCTL = 2, KIND_CLOSE = 3 };
enum { MAX_FDS = 1024, MAX_SLOTS = 64, MAX_SEGMENTS = MAX_SLOTS + 3, PAGE = 4096, RUN_SIZE = 2 * PAGE };

struct segment { uint64_t address, wanted, length; };
struct region { uint32_t slot, machine; uint64_t address, size; };

static int local_to_remote[MAX_FDS]; /* remote + 1; 0: not ours */
static int machine_of[MAX_FDS];      /* local fd of the machine a vCPU belongs to, + 1 */
static void *run_page[MAX_FDS];
static struct region regions[MAX_SLOTS];
static int server = -1;
static pid_t owner;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void *next(const char *name) { return dlsym(RTLD_NEXT, name); }

static int real_close(int fd) { return ((int (*)(int))next("close"))(fd); }

static int send_all(const void *data, size_t size)
{
	const char *at = data;
	while (size > 0) {
		ssize_t sent = send(server, at, size, MSG_NOSIGNAL);
		if (sent <= 0) return -1;
		at += sent;
		size -= (size_t)sent;
	}
	return 0;
}

static int receive_all(void *data, size_t size)
{
	char *at = data;
	while (size > 0) {
		ssize_t got = recv(server, at, size, 0);
		if (got <= 0) return -1;
		at += got;
		size -= (size_t)got;
	}
	return 0;
}

static int connect_server(void)
{
	const char *path = getenv("UABI_SOCKET");
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	if (server >= 0 && owner == getpid()) return 0;
	if (path == NULL || strlen(path) >= sizeof(address.sun_path)) return -1;
	strcpy(address.sun_path, path);
	server = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (server < 0) return -1;
	owner = getpid();
	if (connect(server, (struct sockaddr *)&address, sizeof(address)) == 0) return 0;
	real_close(server);
	server = -1;
	return -1;
}

/* How many bytes can be read, and the bytes. */
static uint64_t copy_in(void *to, uint64_t from, uint64_t size)
{
	struct iovec local = { to, size }, remote = { (void *)(uintptr_t)from, size };
	ssize_t got = process_vm_readv(getpid(), &local, 1, &remote, 1, 0);
	uint64_t done = got < 0 ? 0 : (uint64_t)got;
	/* The call gives up a whole page at a time; go on to the exact end. */
	while (done < size) {
		struct iovec one = { (char *)to + done, 1 }, place = { (void *)(uintptr_t)(from + done), 1 };
		if (process_vm_readv(getpid(), &one, 1, &place, 1, 0) != 1) break;
		done++;
	}
	return done;
}

static uint64_t copy_out(uint64_t to, const void *from, uint64_t size)
{
	uint64_t done = 0;
	while (done < size) {
		uint64_t left = PAGE - ((to + done) & (PAGE - 1));
		if (left > size - done) left = size - done;
		struct iovec local = { (char *)(uintptr_t)from + done, left }, remote = { (void *)(uintptr_t)(to + done), left };
		if (process_vm_writev(getpid(), &local, 1, &remote, 1, 0) != (ssize_t)left) break;
		done += left;
	}
	return done;
}

static int add_segment(struct segment *list, int count, uint64_t address, uint64_t size)
{
	list[count].address = address;
	list[count].wanted = size;
	return count + 1;
}

/* The memory a request can touch. */
static int segments_of(int fd, uint32_t request, uint64_t argument, struct segment *list)
{
	uint64_t size = (request >> 16) & 0x3fff;
	int count = 0;
	uint64_t words[2] = { 0, 0 };
	if (request == 0xae80) {
		count = add_segment(list, count, (uint64_t)(uintptr_t)run_page[fd], RUN_SIZE);
		for (int i = 0; i < MAX_SLOTS; i++)
			if (regions[i].size != 0 && (int)regions[i].machine == machine_of[fd])
				count = add_segment(list, count, regions[i].address, regions[i].size);
		return count;
	}
	if (size == 0) return 0;
	count = add_segment(list, count, argument, size);
	if (request == 0xc008aeb0 && copy_in(words, argument, 8) == 8 && words[0] < 100000)
		list[0].wanted = 8 + 8 * words[0];
	if ((request == 0x4010aeab || request == 0x4010aeac) && copy_in(words, argument, 16) == 16)
		count = add_segment(list, count, words[1], 1ull << ((words[0] >> 52) & 15 & 7));
	if (request == 0x4018aee1 && copy_in(words, argument + 16, 8) == 8)
		count = add_segment(list, count, words[0], 24);
	return count;
}

struct answer { int32_t ret, error; uint32_t segments, reserved; };

static int call(uint32_t kind, int fd, uint64_t request, uint64_t argument, struct segment *list, int count, struct answer *answer)
{
	uint64_t total = 32 + (uint64_t)count * sizeof(struct segment);
	int result = -1;
	char **content = calloc((size_t)count + 1, sizeof(char *));
	struct { uint32_t length, kind; int32_t fd; uint32_t count; uint64_t request, argument; } head;
	uint32_t length;
	if (content == NULL) return -1;
	for (int i = 0; i < count; i++) {
		content[i] = malloc(list[i].wanted + 1);
		if (content[i] == NULL) goto out;
		list[i].length = copy_in(content[i], list[i].address, list[i].wanted);
		total += list[i].length;
	}
	head.length = (uint32_t)(total - 4);
	head.kind = kind;
	head.fd = fd;
	head.count = (uint32_t)count;
	head.request = request;
	head.argument = argument;
	if (send_all(&head, sizeof(head)) != 0) goto out;
	for (int i = 0; i < count; i++) {
		if (send_all(&list[i], sizeof(list[i])) != 0) goto out;
		if (send_all(content[i], list[i].length) != 0) goto out;
	}
	if (receive_all(&length, 4) != 0 || receive_all(answer, sizeof(*answer)) != 0) goto out;
	result = 0;
	for (uint32_t i = 0; i < answer->segments; i++) {
		uint64_t place[2];
		char *bytes;
		if (receive_all(place, sizeof(place)) != 0 || (bytes = malloc(place[1] + 1)) == NULL) { result = -1; break; }
		if (receive_all(bytes, place[1]) != 0) result = -1;
		else if (copy_out(place[0], bytes, place[1]) != place[1]) { answer->ret = -1; answer->error = EFAULT; }
		free(bytes);
		if (result != 0) break;
	}
out:
	for (int i = 0; i < count; i++) free(content[i]);
	free(content);
	return result;
}

/* A local descriptor that stands for a remote one. */
static int adopt(int remote)
{
	int fd = ((int (*)(const char *, int, ...))next("open"))("/dev/null", O_RDWR | O_CLOEXEC);
	if (fd < 0 || fd >= MAX_FDS) { if (fd >= 0) real_close(fd); errno = EMFILE; return -1; }
	local_to_remote[fd] = remote + 1;
	return fd;
}

static int open_kvm(void)
{
	struct answer answer;
	int fd = -1;
	pthread_mutex_lock(&lock);
	if (connect_server() != 0 || call(KIND_OPEN, -1, 0, 0, NULL, 0, &answer) != 0) errno = ENODEV;
	else fd = adopt(answer.ret);
	pthread_mutex_unlock(&lock);
	return fd;
}

static int is_ours(int fd) { return fd >= 0 && fd < MAX_FDS && local_to_remote[fd] != 0; }

int open(const char *path, int flags, ...)
{
	mode_t mode = 0;
	if (strcmp(path, "/dev/kvm") == 0) return open_kvm();
	if (flags & (O_CREAT | O_TMPFILE)) { va_list list; va_start(list, flags); mode = va_arg(list, mode_t); va_end(list); }
	return ((int (*)(const char *, int, ...))next("open"))(path, flags, mode);
}

int open64(const char *path, int flags, ...)
{
	mode_t mode = 0;
	if (strcmp(path, "/dev/kvm") == 0) return open_kvm();
	if (flags & (O_CREAT | O_TMPFILE)) { va_list list; va_start(list, flags); mode = va_arg(list, mode_t); va_end(list); }
	return ((int (*)(const char *, int, ...))next("open64"))(path, flags, mode);
}

int openat(int directory, const char *path, int flags, ...)
{
	mode_t mode = 0;
	if (strcmp(path, "/dev/kvm") == 0) return open_kvm();
	if (flags & (O_CREAT | O_TMPFILE)) { va_list list; va_start(list, flags); mode = va_arg(list, mode_t); va_end(list); }
	return ((int (*)(int, const char *, int, ...))next("openat"))(directory, path, flags, mode);
}

static void remember_region(int fd, uint64_t argument)
{
	uint64_t words[4];
	if (copy_in(words, argument, sizeof(words)) != sizeof(words)) return;
	uint32_t slot = (uint32_t)words[0];
	int free_one = -1;
	for (int i = 0; i < MAX_SLOTS; i++) {
		int is_same = regions[i].size != 0 && regions[i].slot == slot && (int)regions[i].machine == fd + 1;
		if (is_same) { free_one = i; break; }
		if (regions[i].size == 0 && free_one < 0) free_one = i;
	}
	if (free_one < 0) return;
	regions[free_one] = (struct region){ slot, (uint32_t)(fd + 1), words[3], words[2] };
}

int ioctl(int fd, unsigned long request, ...)
{
	va_list list;
	va_start(list, request);
	uint64_t argument = va_arg(list, uint64_t);
	va_end(list);
	if (!is_ours(fd)) return ((int (*)(int, unsigned long, ...))next("ioctl"))(fd, request, argument);
	if (owner != getpid()) { errno = EIO; return -1; }

	struct segment segments[MAX_SEGMENTS];
	struct answer answer;
	pthread_mutex_lock(&lock);
	int count = segments_of(fd, (uint32_t)request, argument, segments);
	int failed = call(KIND_IOCTL, local_to_remote[fd] - 1, request, argument, segments, count, &answer);
	int ret = failed ? -1 : answer.ret;
	int error = failed ? EIO : answer.error;
	if (ret >= 0 && ((uint32_t)request == 0xae01 || (uint32_t)request == 0xae41)) {
		ret = adopt(ret);
		if (ret >= 0 && (uint32_t)request == 0xae41) {
			machine_of[ret] = fd + 1;
			run_page[ret] = NULL;
		}
	}
	if (ret == 0 && ((uint32_t)request == 0x4020ae46 || (uint32_t)request == 0x40a0ae49)) remember_region(fd, argument);
	pthread_mutex_unlock(&lock);
	if (ret < 0) errno = error;
	return ret;
}

static void *map_vcpu(int fd, size_t length)
{
	if (length == 0 || length > RUN_SIZE || machine_of[fd] == 0) { errno = EINVAL; return MAP_FAILED; }
	if (run_page[fd] == NULL) {
		void *(*real)(void *, size_t, int, int, int, off_t) = next("mmap");
		void *page = real(NULL, RUN_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
		if (page == MAP_FAILED) return page;
		run_page[fd] = page;
	}
	return run_page[fd];
}

void *mmap(void *address, size_t length, int protection, int flags, int fd, off_t offset)
{
	if (is_ours(fd)) return map_vcpu(fd, length);
	return ((void *(*)(void *, size_t, int, int, int, off_t))next("mmap"))(address, length, protection, flags, fd, offset);
}

void *mmap64(void *address, size_t length, int protection, int flags, int fd, off_t offset)
{
	return mmap(address, length, protection, flags, fd, offset);
}

int close(int fd)
{
	if (is_ours(fd)) {
		struct answer answer;
		pthread_mutex_lock(&lock);
		if (owner == getpid()) (void)call(KIND_CLOSE, local_to_remote[fd] - 1, 0, 0, NULL, 0, &answer);
		local_to_remote[fd] = 0;
		machine_of[fd] = 0;
		pthread_mutex_unlock(&lock);
	}
	return real_close(fd);
}
`;
