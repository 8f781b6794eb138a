package io.penstock.broker.files;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** OpenAI's file object. */
final class FileJson {

  private FileJson() {}

  static ObjectNode of(FileRecord file) {
    ObjectNode json =
        JsonNodeFactory.instance
            .objectNode()
            .put("id", file.id())
            .put("object", "file")
            .put("bytes", file.bytes())
            .put("created_at", file.createdAt().getEpochSecond())
            .put("filename", file.name())
            .put("purpose", file.purpose())
            .put("status", "processed");
    if (file.expiresAt() != null) {
      json.put("expires_at", file.expiresAt().getEpochSecond());
    }
    return json;
  }

  static ObjectNode deleted(String id) {
    return JsonNodeFactory.instance
        .objectNode()
        .put("id", id)
        .put("object", "file")
        .put("deleted", true);
  }
}
