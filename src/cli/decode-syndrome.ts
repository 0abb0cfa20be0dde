/** `uabi decode --type ESR_EL1 0x96000010`: a syndrome register, bit by bit. */

import { explainSyndrome, type Syndrome, type SyndromeRegister, syndromeRegisters } from '../capture/syndrome.ts';
import { UserError } from '../diagnostic.ts';
import { type ExitCode, exitCodes, type Io } from './io.ts';

/** The syndrome register of that name, in any case; `undefined` if it is none. */
export function syndromeRegisterOf(type: string | undefined): SyndromeRegister | undefined {
  return syndromeRegisters.find((register) => register === type?.toUpperCase());
}

/** Explains a value. @throws UserError if the text is no number of at most 64 bits. */
export function decodeSyndrome(register: SyndromeRegister, text: string | undefined, format: string, io: Io): ExitCode {
  if (text === undefined || !/^(?:0[xX][0-9a-fA-F]{1,16}|\d{1,20})$/.test(text) || BigInt(text) >= 1n << 64n) {
    throw new UserError(
      `give the value of ${register} as a number of at most 64 bits: uabi decode --type ${register} 0x96000010`,
    );
  }
  const syndrome = explainSyndrome(register, BigInt(text));
  io.stdout(format === 'json' ? `${JSON.stringify(syndromeJson(syndrome), undefined, 2)}\n` : syndromeText(syndrome));
  return exitCodes.done;
}

function hex(value: bigint): string {
  return `0x${value.toString(16)}`;
}

function syndromeJson({ register, value, summary, fields, warnings }: Syndrome): object {
  return {
    schemaVersion: 1,
    type: register,
    variant: null,
    target: 'arm64',
    sizeBytes: 8,
    value: hex(value),
    summary,
    fields: fields.map((field) => ({
      path: field.name,
      offsetBytes: Math.floor(field.low / 8),
      sizeBytes: Math.floor(field.high / 8) - Math.floor(field.low / 8) + 1,
      highBit: field.high,
      lowBit: field.low,
      value: hex(field.value),
      meaning: field.meaning ?? null,
    })),
    notes: warnings.map((message) => ({
      severity: 'warning',
      path: null,
      offsetBytes: 0,
      rule: 'odd-syndrome',
      message: `${message}.`,
    })),
    trailingBytes: 0,
    missingBytes: 0,
  };
}

function syndromeText({ register, value, summary, fields, warnings }: Syndrome): string {
  const rows = fields.map(({ high, low, name, value: content, meaning, doc }) => ({
    bits: high === low ? String(high) : `${String(high)}:${String(low)}`,
    name,
    value: hex(content),
    text: meaning === undefined ? doc : `${meaning} (${doc})`,
  }));
  const width = (key: 'bits' | 'name' | 'value'): number => Math.max(...rows.map((row) => row[key].length));
  const [bits, name, number] = [width('bits'), width('name'), width('value')];
  const lines = rows.map(
    (row) => `${row.bits.padStart(bits)}  ${row.name.padEnd(name)}  ${row.value.padEnd(number)}  ${row.text}`,
  );
  const notes = warnings.map((warning) => `warning: ${warning}.`);
  return [`${register} ${hex(value)}: ${summary}`, ...lines, ...notes].map((line) => `${line}\n`).join('');
}
