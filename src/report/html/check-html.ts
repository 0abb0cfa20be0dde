/**
 * The report as one HTML file: nothing is loaded, nothing runs.
 *
 * The content security policy allows the one style sheet, by its hash, and nothing else; every name goes through `html`. So a
 * header can put neither a script nor a picture nor a form into it. Each changed record is drawn byte by byte.
 */

import { createHash } from 'node:crypto';
import { formatDiagnostic } from '../../diagnostic.ts';
import { countsOf } from '../../verdict/check.ts';
import { type Finding, spokenSubject, touchedContracts } from '../../verdict/finding.ts';
import { rules } from '../../verdict/rules.ts';
import { contractAnswers, groupByRecord } from '../check-groups.ts';
import { type CheckReport, placeOf, shownFindings, waivedFindings } from '../check-report.ts';
import { patchOf, seriesParts } from '../check-series.ts';
import { contractNames, countsInWords, describeTargets, verdictSentence, wayOutWords } from '../check-words.ts';
import { type DiffLine, follows } from '../line-diff.ts';
import { byteTable } from './byte-table.ts';
import { html, Markup, nothing } from './markup.ts';
import { proofMarkup } from './proof.ts';
import { styleSheet } from './style.ts';

const words = { break: 'breaks', review: 'to be checked', compatible: 'kept' } as const;

export function checkHtml(report: CheckReport): string {
  const { result } = report;
  const groups = [...groupByRecord(shownFindings(report))];
  const hash = createHash('sha256').update(styleSheet).digest('base64');
  // Put together here, because the hash is of every byte between the tags.
  const style = new Markup(`<style>${styleSheet}</style>`);
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta
          http-equiv="Content-Security-Policy"
          content="default-src 'none'; style-src 'sha256-${new Markup(hash)}'; base-uri 'none'; form-action 'none'"
        />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="referrer" content="no-referrer" />
        <title>${result.verdict}: ${result.old} → ${result.new} (uabi)</title>
        ${style}
      </head>
      <body>
        <a class="skip" href="#findings">Skip to the findings</a>
        <header>
          <span class="chip ${result.verdict}">${result.verdict.toUpperCase()}</span>
          <h1>${verdictSentence(result)}</h1>
          <dl class="sides">
            <dt>old</dt>
            <dd><code>${result.old}</code></dd>
            <dt>new</dt>
            <dd><code>${result.new}</code></dd>
            <dt>targets</dt>
            <dd>${describeTargets(result.targets)}</dd>
            <dt>findings</dt>
            <dd>${countsInWords(countsOf(result.findings))}</dd>
          </dl>
        </header>
        <main id="findings">
          ${result.findings.length === 0 ? nothing : contractsMarkup(report)} ${stepsMarkup(report)}
          ${groups.length > 2 ? contents(groups) : nothing}
          ${groups.map(([name, findings], index) => groupMarkup(name, findings, index, report))} ${waivedMarkup(report)}
          ${unreadMarkup(report)}
        </main>
        <footer>
          Made by uabi${report.toolVersion === '' ? '' : ` ${report.toolVersion}`}. This file loads nothing and runs
          nothing.
        </footer>
      </body>
    </html> `;
  return `${page.text.trimEnd()}\n`;
}

function contractsMarkup(report: CheckReport): Markup {
  const items = contractAnswers(report.result).map(
    ({ contract, verdict, reason }) =>
      html`<li class="${verdict}">
        <strong>${contractNames[contract]}</strong> <span class="word">${words[verdict]}</span>: ${reason}
      </li> `,
  );
  return html`<ul class="contracts">
    ${items}
  </ul>`;
}

function stepsMarkup(report: CheckReport): Markup {
  if (report.steps.length === 0) return nothing;
  const items = seriesParts(report).map(({ title, result, summary, passing }) => {
    const mended = passing.map(
      (finding) =>
        html`<li><code>${spokenSubject(finding)}</code>: ${finding.message}. <em>Mended by a later patch.</em></li> `,
    );
    const list =
      mended.length === 0
        ? nothing
        : html`<ul>
            ${mended}
          </ul>`;
    return html`<li>
      <span class="chip ${result.verdict}">${result.verdict}</span> <strong>${title}</strong>
      <p>${summary}</p>
      ${list}
    </li> `;
  });
  return html`<section aria-labelledby="patches">
    <h2 id="patches">Patch by patch</h2>
    <ol>
      ${items}
    </ol>
  </section> `;
}

function contents(groups: readonly (readonly [string, readonly Finding[]])[]): Markup {
  const items = groups.map(
    ([name, findings], index) =>
      html`<li>
        <a href="#part-${index + 1}"><code>${name}</code></a> ${findings[0]?.verdict ?? ''}
      </li> `,
  );
  return html`<nav aria-label="Contents">
    <ul>
      ${items}
    </ul>
  </nav>`;
}

function groupMarkup(name: string, findings: readonly Finding[], index: number, report: CheckReport): Markup {
  const changed = report.result.records.get(name);
  const alternatives = (report.alternatives.get(name) ?? []).map((one) => {
    const where = one.places.length === 0 ? '' : ` (${one.places.join(', ')})`;
    const code = one.declaration === '' ? nothing : html`<pre>${one.declaration}</pre>`;
    return html`<p><strong>Way out:</strong> ${one.title}${where}: ${one.reason}; ${wayOutWords[one.verdict]}.</p>
      ${code} `;
  });
  return html`<section aria-labelledby="part-${index + 1}">
    <h2 id="part-${index + 1}"><code>${name}</code></h2>
    ${changed === undefined ? nothing : byteTable(changed.pair, changed.target)} ${quoteMarkup(findings, report)}
    ${findings.map((finding) => findingMarkup(finding, report))} ${alternatives}
  </section> `;
}

function findingMarkup(finding: Finding, report: CheckReport): Markup {
  const { file, line } = placeOf(finding, report);
  const touched = touchedContracts(finding);
  const patch = patchOf(finding, report);
  const answers = finding.answers
    .filter((one) => touched.length === 0 || touched.includes(one.contract))
    .map(({ contract, answer, reason }) => {
      const word = answer === 'broken' ? 'breaks' : answer === 'unknown' ? 'to be checked' : 'kept';
      return html`<li><strong>${contractNames[contract]}</strong>, ${word}: ${reason}</li>`;
    });
  const proof =
    finding.witness === null
      ? nothing
      : html`<details open>
          <summary>Proof</summary>
          ${proofMarkup(finding.witness)}
        </details>`;
  const members = finding.members ?? [];
  const about =
    members.length === 0
      ? nothing
      : html`<details>
          <summary>What it is about (${members.length})</summary>
          <p>${members.map((one, index) => html`${index === 0 ? '' : ', '}<code>${one}</code>`)}</p>
        </details>`;
  return html`<article class="finding ${finding.verdict}">
    <h3><span class="chip ${finding.verdict}">${finding.verdict}</span> <code>${spokenSubject(finding)}</code></h3>
    <p>${finding.message}.</p>
    <ul class="answers">
      ${answers}
    </ul>
    ${finding.lookAt === null ? nothing : html`<p><strong>Look at:</strong> ${finding.lookAt}</p>`} ${proof}${about}
    ${patch === undefined ? nothing : html`<p>Comes from ${patch}.</p>`}
    <p class="soft">
      <code>${line === undefined ? file : `${file}:${String(line)}`}</code>, ${describeTargets(finding.targets)}; rule
      <code>${finding.rule}</code> (${rules.get(finding.rule)?.title ?? ''}), fingerprint
      <code>${finding.fingerprint}</code>
    </p>
  </article> `;
}

function quoteMarkup(findings: readonly Finding[], report: CheckReport): Markup {
  const quotes = new Map(
    findings.flatMap((finding) => {
      const quote = report.quotes.quoteFor(finding);
      return quote === undefined ? [] : [[quote.key, quote] as const];
    }),
  );
  const shown = [...quotes.values()].map(({ file, lines }) => {
    const of = file === undefined ? nothing : html` of <code>${file}</code>`;
    const text = lines.map((line, index) => quotedLine(line, lines[index - 1]));
    return html`<details open>
      <summary>Changed lines${of}</summary>
      <pre class="quote">${text}</pre>
    </details> `;
  });
  return html`${shown}`;
}

function quotedLine(line: DiffLine, before: DiffLine | undefined): Markup {
  const sign = { same: ' ', added: '+', removed: '-' }[line.kind];
  const gap = before === undefined || follows(before, line) ? nothing : html`<span class="gap">${' ⋯\n'}</span>`;
  return html`${gap}<span class="${line.kind}">${`${sign}${line.text}\n`}</span>`;
}

function waivedMarkup({ result }: CheckReport): Markup {
  const items = waivedFindings(result).map(
    ({ subject, rule, fingerprint, waiver }) =>
      html`<li><code>${subject}</code> (${rule}, ${fingerprint}), until ${waiver.expires}: ${waiver.reason}</li> `,
  );
  return items.length === 0
    ? nothing
    : html`<section>
        <h2>Waived</h2>
        <ul>
          ${items}
        </ul>
      </section>`;
}

function unreadMarkup({ result }: CheckReport): Markup {
  const items = result.notUnderstood.map((one) => html`<li><code>${formatDiagnostic(one)}</code></li> `);
  return items.length === 0
    ? nothing
    : html`<section>
        <h2>Not understood</h2>
        <p>Nothing is said about what could not be read.</p>
        <ul>
          ${items}
        </ul>
      </section>`;
}
