package io.penstock.broker.responses;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.penstock.broker.home.StateEntry;
import io.penstock.broker.requests.KnownRequest.ResultPlace;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Optional;

/** Writes and reads what the front topic holds of a response. */
final class ResponseCodec {

  /** The kind of the entry that says up to where a partition's results were read. */
  static final String POSITION = "response-position";

  private static final byte[] ECHO = ",\"echo\":".getBytes(StandardCharsets.UTF_8);
  private static final byte[] INPUT = ",\"input\":".getBytes(StandardCharsets.UTF_8);
  private static final int NAMES = ECHO.length + INPUT.length;

  private ResponseCodec() {}

  static StateEntry position(int partition, long offset) {
    return new StateEntry(
        POSITION,
        Integer.toString(partition),
        Long.toString(offset).getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Reads up to where results were read.
   *
   * @throws IllegalArgumentException if the entry is damaged
   */
  static long position(StateEntry entry) {
    return Long.parseLong(new String(entry.document(), StandardCharsets.UTF_8));
  }

  /**
   * Writes an entry. The parameters and the input are JSON and may be large, so they are copied:
   * the thread that reads results writes each response that ends.
   */
  static byte[] encode(StoredResponse response) {
    ObjectNode json =
        ResponseJsonMapper.object()
            .put("tenant", response.tenant())
            .put("created_at", response.createdAt().getEpochSecond())
            .put("background", response.background())
            .put("streamed", response.streamed())
            .put("results_from", response.resultsFrom());
    response
        .end()
        .ifPresent(
            end ->
                json.putObject("end")
                    .put("partition", end.place().partition())
                    .put("offset", end.place().offset())
                    .put("at", end.at().toString()));
    byte[] begin = ResponseJsonMapper.write(json);
    ByteArrayOutputStream entry =
        new ByteArrayOutputStream(
            begin.length + response.echo().length + response.input().length + NAMES);
    entry.write(begin, 0, begin.length - 1);
    entry.writeBytes(ECHO);
    entry.writeBytes(response.echo());
    if (response.input().length > 0) {
      entry.writeBytes(INPUT);
      entry.writeBytes(response.input());
    }
    entry.write('}');
    return entry.toByteArray();
  }

  /**
   * Reads an entry.
   *
   * @throws IllegalArgumentException if it is damaged
   */
  static StoredResponse decode(String id, byte[] document) {
    ObjectNode json =
        ResponseJsonMapper.readObject(document)
            .filter(each -> each.path("echo").isObject() && each.path("tenant").isTextual())
            .orElseThrow(() -> new IllegalArgumentException("it is no response"));
    JsonNode end = json.path("end");
    try {
      return new StoredResponse(
          id,
          json.path("tenant").textValue(),
          Instant.ofEpochSecond(json.path("created_at").asLong()),
          json.path("background").asBoolean(),
          json.path("streamed").asBoolean(),
          ResponseJsonMapper.write(json.path("echo")),
          json.has("input") ? ResponseJsonMapper.write(json.path("input")) : new byte[0],
          json.path("results_from").asLong(),
          end.isObject()
              ? Optional.of(
                  new StoredResponse.End(
                      new ResultPlace(end.path("partition").asInt(), end.path("offset").asLong()),
                      Instant.parse(end.path("at").asText())))
              : Optional.empty());
    } catch (DateTimeException malformed) {
      throw new IllegalArgumentException("its time is malformed", malformed);
    }
  }
}
