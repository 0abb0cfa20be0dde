/** Ways in which one patch reaches a reviewer, each of which must give the same answer. */

import type { PatchInput } from '../../src/patch/read-patches.ts';

export function input(text: string, name = 'test.patch'): PatchInput {
  return { name, bytes: Buffer.from(text, 'utf8') };
}

const head = (subject: string, type: string, encoding: string): string =>
  [
    'Received: by mail.example.org; Fri, 1 Aug 2025 10:00:00 +0000',
    'From: =?utf-8?q?J=C3=B6rg_M=C3=BCller?= <joerg@example.org>',
    `Subject: ${subject}`,
    'Message-ID: <20250801.1@example.org>',
    'MIME-Version: 1.0',
    `Content-Type: ${type}`,
    `Content-Transfer-Encoding: ${encoding}`,
    '',
    '',
  ].join('\n');

const quoted = (text: string): string =>
  Buffer.from(text, 'utf8')
    .toString('latin1')
    .split('\n')
    .map((line) => {
      const encoded = line.replace(
        /[^\x20-\x3c\x3e-\x7e]|[ \t]$/g,
        (character) => `=${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
      );
      // Soft breaks in the middle of lines, as every mail program makes them.
      return encoded.length > 40
        ? `${encoded.slice(0, 30).replace(/=.?$/, '')}=\n${encoded.slice(encoded.slice(0, 30).replace(/=.?$/, '').length)}`
        : encoded;
    })
    .join('\n');

const wrapped = (text: string): string => Buffer.from(text, 'utf8').toString('base64').replace(/.{76}/g, '$&\n');

/** The forms of a mail with `body`, a commit message and a diff. */
export function formsOf(body: string, subject = '[PATCH] Grow'): Readonly<Record<string, Buffer>> {
  const footer = '\n_______________________________________________\nlist mailing list\nlist@example.org\n';
  const plain = head(subject, 'text/plain; charset=UTF-8', '8bit');
  const boundary = '--=_b0undary';
  const text = (value: string): Buffer => Buffer.from(value, 'utf8');
  return {
    'a plain mail': text(plain + body),
    'a mailbox': text(`From 68d014e7 Mon Sep 17 00:00:00 2001\n${plain}${body}\n`),
    'a mail with CRLF': text((plain + body).replace(/\n/g, '\r\n')),
    'a mail with a list footer': text(plain + body + footer),
    'quoted-printable': text(head(subject, 'text/plain; charset="utf-8"', 'quoted-printable') + quoted(body)),
    base64: text(head(subject, 'text/plain; charset=utf-8', 'base64') + wrapped(body)),
    'base64 of text with CRLF': text(
      head(subject, 'text/plain; charset=utf-8', 'base64') + wrapped(body.replace(/\n/g, '\r\n')),
    ),
    'Latin-1': Buffer.from(head(subject, 'text/plain; charset=iso-8859-1', '8bit') + body, 'latin1'),
    'format=flowed': text(
      head(subject, 'text/plain; charset=utf-8; format=flowed', '8bit') +
        body
          .split('\n')
          .map((line) => (/^(?: |From |>)/.test(line) ? ` ${line}` : line))
          .map((line) => (line.length > 60 && line.includes(' ', 40) ? line.replace(/^(.{40}\S* )/, '$1\n') : line))
          .join('\n'),
    ),
    'an attachment': text(
      head(subject, `multipart/mixed;\n boundary="${boundary}"`, '7bit') +
        `--${boundary}\nContent-Type: text/plain\n\nPlease see the patch.\n\n--${boundary}\n` +
        `Content-Type: text/x-patch; name="0001.patch"\nContent-Disposition: attachment; filename="0001.patch"\n` +
        `Content-Transfer-Encoding: base64\n\n${wrapped(body)}\n--${boundary}--\n`,
    ),
    'text and HTML, signed': text(
      head(subject, `multipart/signed; boundary=outer`, '7bit') +
        `--outer\nContent-Type: multipart/alternative; boundary="inner"\n\n--inner\nContent-Type: text/plain; charset=utf-8\n\n${body}\n` +
        `--inner\nContent-Type: text/html\n\n<pre>${body}</pre>\n--inner--\n\n--outer\nContent-Type: application/pgp-signature\n\nxxx\n--outer--\n`,
    ),
    'git show': text(
      `commit 68d014e7cd0b2b6d67ab7de8df4ae1d7b5a5c5f6\nAuthor: A <a@example.org>\n\n    Grow\n\n${body.slice(body.indexOf('diff --git'))}`,
    ),
    'UTF-16 from PowerShell': Buffer.concat([
      Buffer.from([0xff, 0xfe]),
      Buffer.from(body.slice(body.indexOf('diff --git')).replace(/\n/g, '\r\n'), 'utf16le'),
    ]),
  };
}
