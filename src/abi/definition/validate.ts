/**
 * Checks a layout file against its JSON Schema and says what is wrong in sentences with places.
 *
 * ajv is loaded only when a file of the user's is read; uabi's own layouts are checked by its tests instead. Its errors are
 * about schemas ("must NOT have additional properties"), so each kind is rewritten as a sentence about the file.
 */

import type { ErrorObject, ValidateFunction } from 'ajv';
import type { Diagnostic } from '../../diagnostic.ts';
import { nearestWord } from '../suggest.ts';
import type { JsonPath, LocatedJson } from './located-json.ts';
import { layoutSchema } from './schema.ts';

const compiled = new WeakMap<object, ValidateFunction>();

async function validatorFor(schema: object): Promise<ValidateFunction> {
  let validate = compiled.get(schema);
  if (validate === undefined) {
    const { Ajv } = await import('ajv');
    validate = new Ajv({ allErrors: true, allowUnionTypes: true, verbose: true }).compile(schema);
    compiled.set(schema, validate);
  }
  return validate;
}

/** Everything about a layout file that its schema forbids. */
export function validateAgainstSchema(json: LocatedJson): Promise<Diagnostic[]> {
  return validateDocument(json, layoutSchema, 'a layout file');
}

/** Everything about a document that a schema forbids. `what` names the kind of document, with its article. */
export async function validateDocument(json: LocatedJson, schema: object, what: string): Promise<Diagnostic[]> {
  const validate = await validatorFor(schema);
  if (validate(json.value)) return [];
  const diagnostics = (validate.errors ?? []).map((error) => explain(error, json, what));
  // A value of the wrong type breaks several rules at once; the first one says it all.
  const seen = new Set<string>();
  return diagnostics.filter(({ location }) => {
    const place = location === undefined ? '' : `${String(location.line)}:${String(location.column)}`;
    const isNew = !seen.has(place);
    seen.add(place);
    return isNew;
  });
}

const typeWords: Readonly<Record<string, string>> = {
  string: 'text',
  integer: 'an integer',
  boolean: 'true or false',
  object: 'an object {…}',
  array: 'a list […]',
};

function explain(error: ErrorObject, json: LocatedJson, what: string): Diagnostic {
  const path = pathOf(error.instancePath, json.value);
  const name = path.length === 0 ? 'The document' : nameOf(path);
  const params = error.params as Readonly<Record<string, unknown>>;
  const at = { severity: 'error', location: json.locate(path) } as const;
  switch (error.keyword) {
    case 'additionalProperties': {
      const key = String(params['additionalProperty']);
      const known = Object.keys((error.parentSchema as { properties?: object } | undefined)?.properties ?? {});
      const nearest = nearestWord(key, known);
      const location = json.locateKey([...path, key]);
      return {
        severity: 'error',
        code: 'unknown-key',
        message: `"${key}" is not a key of ${path.length === 0 ? what : name}.`,
        hint: nearest === undefined ? `known keys: ${known.join(', ')}` : `did you mean "${nearest}"?`,
        ...(location === undefined ? {} : { location }),
      };
    }
    case 'required':
      return {
        ...withPlace(at),
        code: 'missing-key',
        message: `${name} lacks the key "${String(params['missingProperty'])}".`,
      };
    case 'type': {
      const types = [params['type']].flat().map((type) => typeWords[String(type)] ?? String(type));
      return { ...withPlace(at), code: 'wrong-type', message: `${name} must be ${types.join(' or ')}.` };
    }
    case 'enum': {
      const values = (params['allowedValues'] as readonly unknown[]).map(String);
      const given = String(error.data);
      const nearest = nearestWord(given, values);
      return {
        ...withPlace(at),
        code: 'unknown-value',
        message: `"${given}" is not a value of ${name}.`,
        hint: nearest === undefined ? `one of ${values.join(', ')}` : `did you mean "${nearest}"?`,
      };
    }
    case 'pattern':
      return {
        ...withPlace(at),
        code: 'bad-value',
        message: `"${String(error.data)}" does not have the form of ${name}.`,
      };
    case 'minItems':
      return { ...withPlace(at), code: 'bad-value', message: `${name} must not be empty.` };
    case 'minimum':
    case 'maximum':
      return {
        ...withPlace(at),
        code: 'bad-value',
        message: `${name} must be at ${error.keyword === 'minimum' ? 'least' : 'most'} ${String(params['limit'])}.`,
      };
    default:
      return { ...withPlace(at), code: 'bad-value', message: `${name} ${error.message ?? 'is not right'}.` };
  }
}

function withPlace(at: {
  severity: 'error';
  location: Diagnostic['location'];
}): Pick<Diagnostic, 'severity' | 'location'> {
  return at.location === undefined ? { severity: at.severity } : { severity: at.severity, location: at.location };
}

/** `"expect" of "arm64"`-like words for a path: its last key, or the list an element is in. */
function nameOf(path: JsonPath): string {
  const last = path[path.length - 1];
  if (typeof last === 'string') return `"${last}"`;
  const listName = path[path.length - 2];
  return typeof listName === 'string' ? `an entry of "${listName}"` : 'an entry';
}

/** ajv gives JSON pointers, in which an index cannot be told from a key; the value tells. */
function pathOf(pointer: string, root: unknown): JsonPath {
  const path: (string | number)[] = [];
  let value: unknown = root;
  for (const escaped of pointer.split('/').slice(1)) {
    const key = escaped.replaceAll('~1', '/').replaceAll('~0', '~');
    if (Array.isArray(value)) {
      path.push(Number(key));
      value = (value as readonly unknown[])[Number(key)];
    } else {
      path.push(key);
      value = typeof value === 'object' && value !== null ? new Map(Object.entries(value)).get(key) : undefined;
    }
  }
  return path;
}
