/** Reads sections of an ELF object file, 32 or 64 bits, either byte order: as much as is needed to see what a compiler put there. */

export interface ElfObject {
  readonly isLittleEndian: boolean;
  readonly sections: ReadonlyMap<string, Uint8Array>;
}

/** Section contents by name (System V ABI, chapter 4). */
export function readElf(file: Uint8Array): ElfObject {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  if (view.getUint32(0) !== 0x7f454c46) throw new Error('not an ELF file');
  const is64 = file[4] === 2;
  const little = file[5] === 1;
  const word = (offset: number): number =>
    is64 ? Number(view.getBigUint64(offset, little)) : view.getUint32(offset, little);
  const tableOffset = word(is64 ? 0x28 : 0x20);
  const entrySize = view.getUint16(is64 ? 0x3a : 0x2e, little);
  const count = view.getUint16(is64 ? 0x3c : 0x30, little) || word(tableOffset + (is64 ? 0x20 : 0x14));
  const namesIndex = view.getUint16(is64 ? 0x3e : 0x32, little);
  const header = (index: number): { name: number; type: number; offset: number; size: number; link: number } => {
    const at = tableOffset + index * entrySize;
    return {
      name: view.getUint32(at, little),
      type: view.getUint32(at + 4, little),
      offset: word(at + (is64 ? 0x18 : 0x10)),
      size: word(at + (is64 ? 0x20 : 0x14)),
      link: view.getUint32(at + (is64 ? 0x28 : 0x18), little),
    };
  };
  const names = header(namesIndex === 0xffff ? header(0).link : namesIndex);
  const sections = new Map<string, Uint8Array>();
  for (let index = 1; index < count; index += 1) {
    const { name, offset, size, type } = header(index);
    let end = names.offset + name;
    while (file[end] !== 0) end += 1;
    const text = new TextDecoder().decode(file.subarray(names.offset + name, end));
    const isWithoutContents = type === 8;
    sections.set(text, isWithoutContents ? new Uint8Array(size) : file.subarray(offset, offset + size));
  }
  return { isLittleEndian: little, sections };
}
