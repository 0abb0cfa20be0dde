/** Just enough of ELF (System V gABI) to read sections, and the relocations of `.debug_info`, of an object file of any machine. */

export interface ElfFile {
  readonly isBigEndian: boolean;
  section(name: string): DataView;
  /** Offset in the section → value to be stored there, as far as symbols of the same file say. */
  relocations(name: string): ReadonlyMap<number, number>;
}

const machineSh = 42;

interface Section {
  readonly name: string;
  readonly type: number;
  readonly offset: number;
  readonly size: number;
  readonly link: number;
  readonly info: number;
}

export function readElf(bytes: Uint8Array): ElfFile {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const is64 = view.getUint8(4) === 2;
  const isBigEndian = view.getUint8(5) === 2;
  const u16 = (at: number): number => view.getUint16(at, !isBigEndian);
  const u32 = (at: number): number => view.getUint32(at, !isBigEndian);
  const word = (at: number): number => (is64 ? Number(view.getBigUint64(at, !isBigEndian)) : u32(at));
  const tableAt = word(is64 ? 0x28 : 0x20);
  const entrySize = u16(is64 ? 0x3a : 0x2e);
  const machine = u16(0x12);
  // With more than 65,279 sections the numbers stand in the first section header (gABI, "extended section numbering").
  const count = u16(is64 ? 0x3c : 0x30) || word(tableAt + (is64 ? 32 : 20));
  const statedNames = u16(is64 ? 0x3e : 0x32);
  const namesIndex = statedNames === 0xffff ? u32(tableAt + (is64 ? 40 : 24)) : statedNames;

  const raw = Array.from({ length: count }, (_, index) => {
    const at = tableAt + index * entrySize;
    return {
      nameAt: u32(at),
      type: u32(at + 4),
      offset: word(at + (is64 ? 24 : 16)),
      size: word(at + (is64 ? 32 : 20)),
      link: u32(at + (is64 ? 40 : 24)),
      info: u32(at + (is64 ? 44 : 28)),
    };
  });
  const text = (at: number): string => {
    let end = at;
    while (bytes[end] !== 0) end += 1;
    return new TextDecoder('latin1').decode(bytes.subarray(at, end));
  };
  const namesAt = raw[namesIndex]?.offset ?? 0;
  const sections: readonly Section[] = raw.map((section) => ({ ...section, name: text(namesAt + section.nameAt) }));
  const byName = new Map(sections.map((section) => [section.name, section] as const));

  return {
    isBigEndian,
    section(name) {
      const found = byName.get(name);
      return found === undefined
        ? new DataView(new ArrayBuffer(0))
        : new DataView(bytes.buffer, bytes.byteOffset + found.offset, found.size);
    },
    relocations(name) {
      const result = new Map<number, number>();
      const target = sections.findIndex((section) => section.name === name);
      const targetSection = sections[target];
      for (const section of sections) {
        const hasAddend = section.type === 4;
        if ((!hasAddend && section.type !== 9) || section.info !== target || targetSection === undefined) continue;
        const symbolsAt = sections[section.link]?.offset ?? 0;
        const step = (is64 ? 16 : 8) + (hasAddend ? (is64 ? 8 : 4) : 0);
        for (let at = section.offset; at < section.offset + section.size; at += step) {
          const offset = word(at);
          const symbol = is64 ? u32(at + (isBigEndian ? 8 : 12)) : u32(at + 4) >>> 8;
          const value = word(symbolsAt + symbol * (is64 ? 24 : 16) + (is64 ? 8 : 4));
          const stored = u32(targetSection.offset + offset);
          // sh writes RELA entries but keeps the addend in place, as binutils does for it ("partial in place").
          const addend = !hasAddend ? stored : word(at + (is64 ? 16 : 8)) + (machine === machineSh ? stored : 0);
          result.set(offset, value + addend);
        }
      }
      return result;
    },
  };
}
