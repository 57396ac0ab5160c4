/** The one path that answers a JSON document instead of three bytes. */
export const JSON_PATH = "/json";
export const JSON_ANSWER =
  '{"id":"6f9619ff-8b86-d011-b42d-00cf4fc964ff","status":"queued","priority":"normal"}';
