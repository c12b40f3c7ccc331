import { isObject, type Json, type JsonObject } from '../../model/json.ts';

/** Whether a JSON value is an object. */
export function isJsonObject(value: Json): value is JsonObject {
  return isObject(value);
}
