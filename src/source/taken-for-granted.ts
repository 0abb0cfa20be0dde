/**
 * What headers leave to those who use their requests.
 *
 * `#define BLKGETSIZE64 _IOR(0x12,114,size_t)` stands in a header that declares no `size_t`, and `_IOWR('f', 11, struct fiemap)` in one
 * that includes no linux/fiemap.h. A macro is expanded where it is used, so this works for every program that included the other
 * header as well, as all do that use the request.
 */

/** A name that a request is made of, and the header that programs have it from. */
export interface TakenForGranted {
  readonly word: string;
  readonly header: string;
}

/** What makes requests. */
export const requestHeader = 'linux/ioctl.h';

/** Any header may ask for these, and those who use it have a C library. */
const ofLibc: ReadonlyMap<string, string> = new Map([
  ['size_t', 'stddef.h'],
  ['bool', 'stdbool.h'],
  ...['int8_t', 'int16_t', 'int32_t', 'int64_t'].map((name) => [name, 'stdint.h'] as const),
  ...['uint8_t', 'uint16_t', 'uint32_t', 'uint64_t'].map((name) => [name, 'stdint.h'] as const),
  ...['off_t', 'loff_t', 'pid_t', 'uid_t', 'gid_t', 'mode_t', 'ssize_t'].map((name) => [name, 'sys/types.h'] as const),
  ['time_t', 'time.h'],
  ['timeval', 'sys/time.h'],
  ['timespec', 'time.h'],
  ['sockaddr', 'sys/socket.h'],
]);

/** By the header that asks. */
const ofKernel: ReadonlyMap<string, readonly TakenForGranted[]> = new Map(
  Object.entries({
    'asm/cmb.h': { DASD_IOCTL_LETTER: 'asm/dasd.h' },
    'asm/ioctls.h': {
      ...{ termios: 'asm/termbits.h', termios2: 'asm/termbits.h', serial_iso7816: 'linux/serial.h' },
      ...{ winsize: 'asm/termios.h', sgttyb: 'asm/termios.h', tchars: 'asm/termios.h', ltchars: 'asm/termios.h' },
    },
    'linux/atm_eni.h': { atmif_sioc: 'linux/atmdev.h' },
    'linux/atm_he.h': { atmif_sioc: 'linux/atmdev.h' },
    'linux/atm_nicstar.h': { atmif_sioc: 'linux/atmdev.h' },
    'linux/atm_zatm.h': { atmif_sioc: 'linux/atmdev.h' },
    'linux/fs.h': { blk_user_trace_setup: 'linux/blktrace_api.h', fiemap: 'linux/fiemap.h' },
    'linux/ivtvfb.h': { BASE_VIDIOC_PRIVATE: 'linux/videodev2.h' },
    'linux/meye.h': { BASE_VIDIOC_PRIVATE: 'linux/videodev2.h' },
    'linux/ppp-ioctl.h': { sock_fprog: 'linux/filter.h' },
    'linux/raid/md_u.h': { MD_MAJOR: 'linux/major.h' },
    'linux/sonet.h': { ATMIOC_PHYTYP: 'linux/atmioc.h' },
  }).map(([name, words]) => [name, Object.entries(words).map(([word, header]) => ({ word, header }))]),
);

/** What the requests of the header `name`, in which `words` stand, may take for granted; each word once. */
export function takenForGranted(name: string, words: Iterable<string>): readonly TakenForGranted[] {
  const taken = new Map(ofKernel.get(name)?.map((one) => [one.word, one]));
  for (const word of words) {
    const header = ofLibc.get(word);
    if (header !== undefined) taken.set(word, { word, header });
  }
  return [...taken.values()];
}

/** Headers of the kernel that take one of some others for granted: what changes there changes their requests. */
export function thoseThatTake(headers: ReadonlySet<string>): ReadonlySet<string> {
  const taking = new Set<string>();
  for (const [name, taken] of ofKernel) if (taken.some(({ header }) => headers.has(header))) taking.add(name);
  return taking;
}
