import {
  MongoServerError,
  type Collection,
  type Document,
  type OptionalUnlessRequiredId,
} from "mongodb";
import { duplicateError } from "../stores.ts";

const DUPLICATE_KEY = 11_000;

/** `what` names the document in the error when its `_id` is there already. */
export async function insertNew<T extends Document>(
  documents: Collection<T>,
  document: OptionalUnlessRequiredId<T>,
  what: string,
): Promise<void> {
  if (!(await tryInsert(documents, document))) throw duplicateError(what);
}

/** False when the `_id` is there already. */
export async function tryInsert<T extends Document>(
  documents: Collection<T>,
  document: OptionalUnlessRequiredId<T>,
): Promise<boolean> {
  try {
    await documents.insertOne(document);
    return true;
  } catch (error) {
    if (error instanceof MongoServerError && error.code === DUPLICATE_KEY) return false;
    throw error;
  }
}
