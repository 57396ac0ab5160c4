import type { CallExpression, Expression, Function as FunctionNode, Node, Statement } from "acorn";
import type { Note } from "./imported.ts";
import { checksOf } from "./k6Checks.ts";
import { type K6Script, literalOf, type Literal } from "./k6Literal.ts";
import { batchRequests, type K6Place, requestOf } from "./k6Requests.ts";
import type { SourceGroup, SourceRequest } from "./sourceRequest.ts";

/**
 * The requests of a function of a k6 script, read as data: nothing is run. Calls with arguments
 * that stand in the script become requests; everything else is told, by its line.
 */

/** A helper that calls itself would have no end. */
const MAX_CALLS = 20;

interface Reader {
  script: K6Script;
  left: Note[];
  requests: SourceRequest[];
  /** What `const answer = http.get(…)` has named. */
  answers: Map<string, SourceRequest>;
  locals: Map<string, Expression>;
  groups: readonly SourceGroup[];
  calls: number;
}

type Reading = Omit<Reader, "script">;

function note({ left }: Reading, node: Node, message: string): void {
  left.push({ where: `line ${node.loc?.start.line ?? 0}`, message });
}

const named = ({ script }: Reader, node: Node) =>
  script.text.slice(node.start, node.end).replaceAll(/\s+/g, " ").slice(0, 60);

const dynamic = (reader: Reader, node: Node) =>
  note(reader, node, `\`${named(reader, node)}\` is worked out by the script: not carried over`);

function literal(reader: Reader, node: Expression): Literal {
  const { constants, work } = reader.script;
  return literalOf(node, { constants: new Map([...constants, ...reader.locals]), work });
}

/** `http.get`, `k6.sleep` …, whatever the script calls them; a local function by its own name. */
function calleeOf({ script }: Reader, { callee }: CallExpression): string | undefined {
  if (callee.type === "Identifier") return script.imports.get(callee.name) ?? callee.name;
  if (callee.type !== "MemberExpression" || callee.computed) return undefined;
  const { object, property } = callee;
  if (object.type !== "Identifier" || property.type !== "Identifier") return undefined;
  const library = script.imports.get(object.name);
  return library === undefined ? undefined : `${library}.${property.name}`;
}

const plainArguments = ({ arguments: given }: CallExpression): Expression[] =>
  given.flatMap((one) => (one.type === "SpreadElement" ? [] : [one]));

function placeOf(reader: Reader, node: Node, batch?: object): K6Place {
  return {
    where: `line ${node.loc?.start.line ?? 0}`,
    literal: (one) => literal(reader, one),
    left: reader.left,
    place: { groups: reader.groups, ...(batch === undefined ? {} : { batch }) },
  };
}

function readRequest(reader: Reader, call: CallExpression, method: string) {
  const read = requestOf(method, plainArguments(call), placeOf(reader, call));
  if (read === undefined) dynamic(reader, call);
  else reader.requests.push(read);
  return read;
}

function readBatch(reader: Reader, call: CallExpression): void {
  const [list] = plainArguments(call);
  const place = placeOf(reader, call, {});
  const read = list === undefined ? undefined : batchRequests(list, place);
  if (read === undefined) return dynamic(reader, call);
  for (const { node, request } of read) {
    if (request === undefined) dynamic(reader, node);
    else reader.requests.push(request);
  }
}

function readSleep(reader: Reader, call: CallExpression): void {
  const [argument] = plainArguments(call);
  const value = argument === undefined ? undefined : literal(reader, argument);
  const before = reader.requests.at(-1);
  if (value?.known !== true || typeof value.value !== "number" || !(value.value >= 0)) {
    dynamic(reader, call);
  } else if (before === undefined) {
    note(reader, call, "a pause before the first request is not carried over");
  } else {
    const seconds = (before.thinkTimeSeconds ?? 0) + value.value;
    before.thinkTimeSeconds = Math.min(3_600, Math.round(seconds * 1000) / 1000);
  }
}

function readCheck(reader: Reader, call: CallExpression): void {
  const [answer, checks] = plainArguments(call);
  const request =
    answer?.type === "Identifier"
      ? reader.answers.get(answer.name)
      : answer && readExpression(reader, answer);
  if (request === undefined || checks?.type !== "ObjectExpression") return dynamic(reader, call);
  const { found, unread } = checksOf(checks, (node) => literal(reader, node));
  for (const node of unread) dynamic(reader, node);
  request.checks = [...(request.checks ?? []), ...found];
}

function readGroup(reader: Reader, call: CallExpression): void {
  const [title, body] = plainArguments(call);
  const name = title === undefined ? undefined : literal(reader, title);
  const isFunction =
    body?.type === "ArrowFunctionExpression" || body?.type === "FunctionExpression";
  if (name?.known !== true || typeof name.value !== "string" || !isFunction) {
    return dynamic(reader, call);
  }
  readFunction(reader, body, [...reader.groups, { name: name.value }]);
}

/** Calls that ask for no single request. */
const readers = new Map([
  ["http.batch", readBatch],
  ["k6.sleep", readSleep],
  ["k6.check", readCheck],
  ["k6.group", readGroup],
]);

/** A call of k6, or of a helper of the script without arguments; the request where it is one. */
function readCall(reader: Reader, call: CallExpression): SourceRequest | undefined {
  const callee = calleeOf(reader, call) ?? "";
  const method = /^http\.(get|post|put|patch|del|head|options|request)$/.exec(callee)?.[1];
  if (method !== undefined) return readRequest(reader, call, method);
  const read = readers.get(callee);
  const helper = reader.script.functions.get(callee);
  if (read !== undefined) read(reader, call);
  else if (helper !== undefined && call.arguments.length === 0 && reader.calls < MAX_CALLS) {
    reader.calls++;
    readFunction(reader, helper, reader.groups);
  } else dynamic(reader, call);
  return undefined;
}

/** What an expression asks for; the request where it is one. */
function readExpression(reader: Reader, node: Expression): SourceRequest | undefined {
  if (node.type === "CallExpression") return readCall(reader, node);
  if (node.type === "AwaitExpression") return readExpression(reader, node.argument);
  if (node.type === "ParenthesizedExpression") return readExpression(reader, node.expression);
  if (node.type === "AssignmentExpression" && node.left.type === "Identifier") {
    return readNamed(reader, node.left.name, node.right);
  }
  dynamic(reader, node);
  return undefined;
}

/** A name for an answer, or for a value that requests may use. */
function readNamed(reader: Reader, name: string, value: Expression): SourceRequest | undefined {
  reader.answers.delete(name);
  const request = readExpression(reader, value);
  if (request !== undefined) reader.answers.set(name, request);
  return request;
}

function readStatement(reader: Reader, statement: Statement): void {
  switch (statement.type) {
    case "EmptyStatement":
    case "FunctionDeclaration":
      return;
    case "BlockStatement":
      return statement.body.forEach((one) => readStatement(reader, one));
    case "ReturnStatement":
      if (statement.argument) readExpression(reader, statement.argument);
      return;
    case "ExpressionStatement":
      // console.log and directives ask for nothing.
      if (statement.directive === undefined && !named(reader, statement).startsWith("console.")) {
        readExpression(reader, statement.expression);
      }
      return;
    case "VariableDeclaration":
      for (const { id, init } of statement.declarations) {
        if (!init) continue;
        if (id.type !== "Identifier") dynamic(reader, init);
        else if (statement.kind === "const" && literal(reader, init).known)
          reader.locals.set(id.name, init);
        else readNamed(reader, id.name, init);
      }
      return;
    // oxlint-disable-next-line typescript/switch-exhaustiveness-check -- every other one has to be run
    default:
      dynamic(reader, statement);
  }
}

function readFunction(reader: Reader, node: FunctionNode, groups: readonly SourceGroup[]): void {
  // What a function names is known to it alone; a request is added to one list.
  const inner: Reader = {
    ...reader,
    groups,
    locals: new Map(reader.locals),
    answers: new Map(reader.answers),
  };
  if (node.body.type === "BlockStatement") readStatement(inner, node.body);
  else readExpression(inner, node.body);
  reader.calls = inner.calls;
}

/** The requests of one function of a script, in the order in which they stand there. */
export function requestsOfFunction(script: K6Script, name: string, left: Note[]): SourceRequest[] {
  const node = script.functions.get(name);
  if (node === undefined) return [];
  const requests: SourceRequest[] = [];
  const none = { answers: new Map(), locals: new Map(), groups: [], calls: 0 };
  readFunction({ script, left, requests, ...none }, node, []);
  return requests;
}
