/** The rule catalogue for people and for programs. */

import { printable } from '../diagnostic.ts';
import type { Rule } from '../verdict/rule.ts';
import { type LintRule, lintRules } from '../verdict/lint/rules.ts';
import { rules } from '../verdict/rules.ts';
import { wrap } from './style.ts';

const WIDTH = 80;

export function rulesText(): string {
  const width = Math.max(...[...rules.keys()].map((id) => id.length));
  const lines = [...rules].map(([id, rule]) => `${id.padEnd(width)}  ${rule.verdict.padEnd(10)}  ${rule.title}`);
  const lint = [...lintRules].map(([id, rule]) => `${id.padEnd(width)}  ${rule.severity.padEnd(10)}  ${rule.title}`);
  const about = 'The verdict is the one where only C declarations are known; semantics may change it.';
  return `${[about, '', ...lines, '', 'Rules of uabi lint, with their severity:', '', ...lint].join('\n')}\n`;
}

export function rulesJson(): string {
  return `${JSON.stringify({ schemaVersion: 1, rules: [...rules].map(([id, rule]) => ({ id, ...rule })), lint: [...lintRules].map(([id, rule]) => ({ id, ...rule })) }, undefined, 2)}\n`;
}

function code(title: string, text: string): string {
  const lines = (text === '' ? '/* nothing */' : text).split('\n').map((line) => `      ${printable(line)}`);
  return [`  ${title}`, ...lines].join('\n');
}

export function ruleText(id: string, rule: Rule): string {
  const part = (title: string, text: string): string => `${title}\n${wrap(text, WIDTH, '  ')}`;
  return `${[
    `${id}: ${rule.title}`,
    wrap(rule.explanation, WIDTH),
    `Verdict where only C declarations are known: ${rule.verdict}${
      rule.contracts.length === 0 ? '' : `\nContracts it can touch: ${rule.contracts.join(', ')}`
    }`,
    part('What to look at', rule.lookAt),
    part('Way out', rule.wayOut),
    `Example\n${code('old', rule.example.old)}\n${code('new', rule.example.new)}`,
  ].join('\n\n')}\n`;
}

export function lintRuleText(id: string, rule: LintRule): string {
  return `${[
    `${id}: ${rule.title}`,
    wrap(rule.explanation, WIDTH),
    `A rule of uabi lint; severity: ${rule.severity}`,
    `Way out\n${wrap(rule.wayOut, WIDTH, '  ')}`,
    `Example\n${code('instead of', rule.example.bad)}\n${code('write', rule.example.good)}`,
  ].join('\n\n')}\n`;
}
