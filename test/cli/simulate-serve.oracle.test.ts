/** Unmodified C programs against the simulated kernel: the system's compiler builds the client and a small VMM. */

import { execFile, spawn } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { connect, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { clientSource } from '../../src/cli/simulate-client.ts';
import { serve } from '../../src/cli/simulate-serve.ts';
import { parseCpuModel } from '../../src/kernel/cpu-models.ts';
import { parseKernelVersion } from '../../src/kernel/kernel-version.ts';
import { runCli } from '../support/run-cli.ts';

const run = promisify(execFile);

/** A VMM of the smallest kind: a guest that loads from a device; prints what it sees. */
const vmm = `
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

struct region { uint32_t slot, flags; uint64_t gpa, size, hva; };
struct one_reg { uint64_t id, addr; };

static int vcpu;

static uint64_t get(uint64_t id)
{
	uint64_t value = 0;
	struct one_reg reg = { id, (uint64_t)(uintptr_t)&value };
	ioctl(vcpu, 0x4010aeab, &reg);
	return value;
}

int main(int argc, char **argv)
{
	uint32_t code[] = { 0xd2a14001, 0xf9400020, 0xd2884002, 0xf2a80002, 0xf9000040, 0x14000000 };
	int kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC);
	printf("version %d\\n", ioctl(kvm, 0xae00, 0));
	printf("dabt %d unknown %d\\n", ioctl(kvm, 0xae03, 178), ioctl(kvm, 0xae03, 9999));
	int vm = ioctl(kvm, 0xae01, 0);
	vcpu = ioctl(vm, 0xae41, 0);
	unsigned char events[64];
	int early = ioctl(vcpu, 0x8040ae9f, events);
	printf("early %d %s\\n", early, strerror(errno));
	uint32_t init[8];
	printf("init %d", ioctl(vm, 0x8020aeaf, init));
	printf(" %d\\n", ioctl(vcpu, 0x4020aeae, init));
	unsigned char *ram = mmap(NULL, 65536, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	memcpy(ram, code, sizeof(code));
	struct region region = { 0, 0, 0x40000000, 65536, (uint64_t)(uintptr_t)ram };
	printf("region %d\\n", ioctl(vm, 0x4020ae46, &region));
	uint64_t pc = 0x40000000;
	struct one_reg reg = { 0x6030000000100040, (uint64_t)(uintptr_t)&pc };
	printf("pc %d\\n", ioctl(vcpu, 0x4010aeac, &reg));
	unsigned char *page = mmap(NULL, ioctl(kvm, 0xae04, 0), PROT_READ | PROT_WRITE, MAP_SHARED, vcpu, 0);
	printf("run %d", ioctl(vcpu, 0xae80, 0));
	printf(" exit %u at %llx\\n", *(uint32_t *)(page + 8), *(unsigned long long *)(page + 32));
	memcpy(page + 40, "\\x11\\x22\\x33\\x44\\x55\\x66\\x77\\x08", 8);
	if (argc > 1 && strcmp(argv[1], "die") == 0) abort();
	int interrupted = ioctl(vcpu, 0xae80, 0);
	printf("run %d %s x0 %llx stored %llx\\n", interrupted, strerror(errno), (unsigned long long)get(0x6030000000100000),
	       *(unsigned long long *)(ram + 0x4200));
	memset(events, 0, sizeof(events));
	events[0] = 1;
	printf("set %d", ioctl(vcpu, 0x4040aea0, events));
	printf(" get %d", ioctl(vcpu, 0x8040ae9f, events));
	printf(" pending %d esr %02x\\n", events[0], events[11]);
	unsigned char *closed = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int refused = ioctl(vcpu, 0x8040ae9f, closed);
	printf("read-only %d %s", refused, strerror(errno));
	refused = ioctl(vcpu, 0x4040aea0, NULL);
	printf(" null %d %s\\n", refused, strerror(errno));
	fflush(stdout);
	if (fork() == 0) {
		int foreign = ioctl(vcpu, 0x8040ae9f, events);
		printf("child %d %s\\n", foreign, strerror(errno));
		fflush(stdout);
		_exit(0);
	}
	wait(NULL);
	close(vcpu);
	close(vm);
	close(kvm);
	refused = ioctl(kvm, 0xae00, 0);
	printf("closed %d %s\\n", refused, strerror(errno));
	return 0;
}
`;

const expected = `version 12
dabt 1 unknown 0
early -1 Exec format error
init 0 0
region 0
pc 0
run 0 exit 6 at a000000
run -1 Interrupted system call x0 877665544332211 stored 877665544332211
set 0 get 0 pending 1 esr 01
read-only -1 Bad address null -1 Bad address
child -1 Input/output error
closed -1 Bad file descriptor
`;

let directory = '';
let socket = '';
let server: Server | undefined;
const notes: string[] = [];

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'uabi-serve-'));
  socket = join(directory, 'kvm.socket');
  await writeFile(join(directory, 'client.c'), clientSource);
  await writeFile(join(directory, 'vmm.c'), vmm);
  const flags = ['-Wall', '-Wextra', '-Werror', '-O1'];
  await run('cc', [...flags, '-shared', '-fPIC', '-o', 'client.so', 'client.c', '-ldl'], { cwd: directory });
  await run('cc', ['-O1', '-o', 'vmm', 'vmm.c'], { cwd: directory });
  server = await serve(socket, {
    version: parseKernelVersion('6.12'),
    cpu: parseCpuModel('max'),
    onNote: (note) => {
      notes.push(note);
    },
  });
});

afterAll(async () => {
  server?.close();
  await rm(directory, { recursive: true, force: true });
});

const environment = (): NodeJS.ProcessEnv => ({
  PATH: process.env['PATH'],
  LD_PRELOAD: join(directory, 'client.so'),
  UABI_SOCKET: socket,
});

async function runVmm(...args: readonly string[]): Promise<string> {
  const { stdout } = await run(join(directory, 'vmm'), [...args], { env: environment() });
  return stdout;
}

function connections(): Promise<number> {
  return new Promise((resolve, reject) => {
    server?.getConnections((error, count) => {
      if (error === null) resolve(count);
      else reject(error);
    });
  });
}

describe('uabi simulate client', () => {
  test('builds the library with the compiler of the system', async () => {
    const { code, stderr } = await runCli(['simulate', 'client', '--out', 'built.so'], {
      cwd: directory,
      env: { PATH: process.env['PATH'] ?? '' },
    });
    expect([code, stderr]).toEqual([0, '']);
    const { stdout } = await run(join(directory, 'vmm'), [], {
      env: { ...environment(), LD_PRELOAD: join(directory, 'built.so') },
    });
    expect(stdout).toBe(expected);
  });

  test('leaves nothing behind where it cannot be built', async () => {
    const before = await readdir(directory);
    const { code, stderr } = await runCli(['simulate', 'client', '--out', 'no/such/folder.so'], {
      cwd: directory,
      env: { PATH: process.env['PATH'] ?? '' },
    });
    expect(code).toBe(3);
    expect(stderr).toContain('could not build the client');
    expect(await readdir(directory)).toEqual(before);
  });
});

describe('uabi simulate serve', () => {
  test('runs a program that knows only /dev/kvm', async () => {
    expect(await runVmm()).toBe(expected);
    expect(notes).toEqual([]);
  });

  test('serves several programs at once, each with a kernel of its own', async () => {
    expect(await Promise.all([runVmm(), runVmm(), runVmm(), runVmm()])).toEqual(Array(4).fill(expected));
  });

  test('outlives a client that dies in the middle and bytes that are no call', async () => {
    const died = spawn(join(directory, 'vmm'), ['die'], { env: environment(), stdio: 'ignore' });
    await new Promise((resolve) => died.once('exit', resolve));
    for (const garbage of ['GET / HTTP/1.1\r\n\r\n', '\x1c\x00\x00\x00' + 'x'.repeat(28), '\xff\xff\xff\xff']) {
      const client = connect(socket);
      client.on('error', () => undefined);
      client.end(Buffer.from(garbage, 'latin1'));
      await new Promise((resolve) => client.once('close', resolve));
    }
    expect(await runVmm()).toBe(expected);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(await connections()).toBe(0);
  });

  test('refuses a socket somebody listens on', async () => {
    const options = { version: parseKernelVersion('6.12'), cpu: parseCpuModel('max'), onNote: () => undefined };
    await expect(serve(socket, options)).rejects.toThrow('cannot be listened on');
  });
});
