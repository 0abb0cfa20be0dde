/**
 * The small form of `test/oracle/compare-tree.ts`: headers that are known to be hard, from the trees this machine has installed,
 * against the compilers this machine has. The large form compares whole trees.
 */

import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { findTarget, targets } from '../../src/abi/target.ts';
import { compareTree } from '../oracle/compare-tree.ts';

/** Packed and aligned records, bit-fields, unions, flexible arrays, libc types, 64-bit enumerators, computed macros. */
const hardHeaders = [
  ...['asm/ptrace.h', 'asm/sigcontext.h', 'asm/stat.h', 'asm/termbits.h', 'asm/unistd.h'],
  ...['linux/bpf.h', 'linux/btrfs.h', 'linux/can.h', 'linux/ethtool.h', 'linux/fuse.h', 'linux/if.h', 'linux/in6.h'],
  ...['linux/input.h', 'linux/io_uring.h', 'linux/kvm.h', 'linux/perf_event.h', 'linux/snmp.h', 'linux/soundcard.h'],
  ...['linux/videodev2.h', 'linux/virtio_net.h', 'rdma/ib_user_verbs.h', 'sound/asound.h'],
];

const includeFolders = [
  '/usr/include',
  ...readdirSync('/usr')
    .filter((name) => targets.some((target) => target.triples.includes(name)))
    .map((name) => join('/usr', name, 'include')),
].filter((folder) => existsSync(join(folder, 'linux/kvm.h')));

describe.skipIf(includeFolders.length === 0)('installed headers', () => {
  test.each(includeFolders)("%s: every record, enumerator, constant and request is the compiler's", async (folder) => {
    const triplet = /^\/usr\/([^/]+)\/include$/.exec(folder)?.[1];
    const own = triplet === undefined ? undefined : findTarget(triplet);
    const headers = hardHeaders.filter((header) => existsSync(join(folder, header)) || header.startsWith('asm/'));
    const options = {
      targets: own === undefined ? targets : [own],
      headers,
      isThorough: true,
      isHostLibc: false,
    };
    let records = 0;
    for await (const report of compareTree(folder, options)) {
      expect({ target: report.target, differences: report.differences }).toEqual({
        target: report.target,
        differences: [],
      });
      expect(report.notUnderstood).toEqual([]);
      records += report.counts.records;
    }
    expect(records).toBeGreaterThan(300);
  });
});

test.skipIf(!existsSync('/usr/include/stdio.h') || !existsSync('/usr/include/linux/kvm.h'))(
  'the built-in libc declarations have the sizes of the libc that is installed',
  async () => {
    const headers = [
      'linux/if.h',
      'linux/input.h',
      'linux/mptcp.h',
      'linux/videodev2.h',
      'linux/vm_sockets.h',
      'sound/asound.h',
    ];
    const native = findTarget(process.arch === 'arm64' ? 'arm64' : 'x86_64');
    if (native === undefined) throw new Error('no target');
    const options = {
      targets: [native],
      headers: headers.filter((header) => existsSync(join('/usr/include', header))),
      isThorough: false,
      isHostLibc: true,
    };
    for await (const report of compareTree('/usr/include', options)) {
      // What the libc has and uabi leaves out is no difference; a field in another place is.
      expect(report.differences.filter((difference) => !difference.endsWith('missing'))).toEqual([]);
      expect(report.counts.records).toBeGreaterThan(20);
    }
  },
);
