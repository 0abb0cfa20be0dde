/** Breaks made up to show what each tool looks at: one kind of change each, on every target. */

export interface Probe {
  readonly name: string;
  readonly old: string;
  readonly next: string;
}

const ten = Array.from({ length: 10 }, (_, index) => `probe_${String.fromCharCode(97 + index)}`);

function recordsOf(fields: string): string {
  return ten.map((name) => `struct ${name} { ${fields} };\n`).join('');
}

const capabilities = ['VCPU', 'DEBUG', 'CLOCK', 'IRQ']
  .map((name, index) => `#define PROBE_CAP_${name} ${38 + index}\n`)
  .join('');

export const probes: readonly Probe[] = [
  {
    name: 'an exit reason renumbered',
    old: '#define PROBE_EXIT_HALT 5\n',
    next: '#define PROBE_EXIT_HALT 6\n',
  },
  {
    name: 'a flag bit given to another flag',
    old: '#define PROBE_FLAG_SYNC 0x1\n#define PROBE_FLAG_DIRECT 0x2\n',
    next: '#define PROBE_FLAG_SYNC 0x1\n#define PROBE_FLAG_APPEND 0x2\n',
  },
  {
    name: 'two capabilities with one number',
    old: capabilities,
    next: `${capabilities}#define PROBE_CAP_TIMER 41\n`,
  },
  {
    name: "a request's direction",
    old: "#define PROBE_GET_STATE _IOR('P', 1, __u64)\n",
    next: "#define PROBE_GET_STATE _IOWR('P', 1, __u64)\n",
  },
  {
    name: 'a record removed',
    old: 'struct probe_gone { __u32 kind; __u32 count; };\nstruct probe_kept { __u64 first; };\n',
    next: 'struct probe_kept { __u64 first; };\n',
  },
  {
    name: 'a record renamed',
    old: 'struct probe_before { __u32 kind; __u32 count; };\n',
    next: 'struct probe_after { __u32 kind; __u32 count; };\n',
  },
  {
    name: 'a field inserted before one called xres',
    old: 'struct probe_mode { __u32 depth; __u32 xres; __u32 yres; __u32 rate; };\n',
    next: 'struct probe_mode { __u32 depth; __u32 layers; __u32 xres; __u32 yres; __u32 rate; };\n',
  },
  {
    name: 'a field inserted into each of ten records',
    old: recordsOf('__u32 kind; __u32 count;'),
    next: recordsOf('__u32 kind; __u32 flags; __u32 count;'),
  },
];
