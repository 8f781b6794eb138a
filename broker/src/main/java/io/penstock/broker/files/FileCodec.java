package io.penstock.broker.files;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.penstock.broker.blobs.BlobName;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** The JSON of a file's record. Times are milliseconds since 1970. */
public final class FileCodec {

  private static final ObjectMapper JSON = new ObjectMapper();

  private FileCodec() {}

  /** The record as JSON in UTF-8. */
  public static byte[] encode(FileRecord file) {
    ObjectNode json = JSON.createObjectNode();
    json.put("id", file.id());
    json.put("tenant", file.tenant());
    json.put("purpose", file.purpose());
    json.put("name", file.name());
    json.put("createdAt", file.createdAt().toEpochMilli());
    if (file.expiresAt() != null) {
      json.put("expiresAt", file.expiresAt().toEpochMilli());
    }
    ArrayNode pieces = json.putArray("pieces");
    file.pieces().forEach(piece -> pieces.add(piece.blob().value()).add(piece.bytes()));
    if (file.deleted()) {
      json.put("deleted", true);
    }
    try {
      return JSON.writeValueAsBytes(json);
    } catch (IOException inMemory) {
      throw new UncheckedIOException(inMemory);
    }
  }

  /**
   * What {@link #encode} wrote.
   *
   * @throws IllegalArgumentException if the bytes are something else
   */
  public static FileRecord decode(byte[] bytes) {
    try {
      JsonNode json = JSON.readTree(bytes);
      List<FileRecord.Piece> pieces = new ArrayList<>();
      JsonNode written = json.path("pieces");
      for (int at = 0; at + 1 < written.size(); at += 2) {
        BlobName blob = new BlobName(written.get(at).asText());
        pieces.add(new FileRecord.Piece(blob, written.get(at + 1).asLong()));
      }
      return new FileRecord(
          json.path("id").asText(),
          json.path("tenant").asText(),
          json.path("purpose").asText(),
          json.path("name").asText(),
          Instant.ofEpochMilli(json.path("createdAt").asLong()),
          json.has("expiresAt") ? Instant.ofEpochMilli(json.path("expiresAt").asLong()) : null,
          pieces,
          json.path("deleted").asBoolean());
    } catch (IOException malformed) {
      throw new IllegalArgumentException("the record of a file is damaged", malformed);
    }
  }
}
