package io.penstock.broker.responses;

import io.penstock.broker.BrokerSamples;
import io.penstock.schemas.ChunkEnd;
import io.penstock.schemas.ChunkKind;
import io.penstock.schemas.InferenceResult;
import io.penstock.schemas.TerminalStatus;
import io.penstock.schemas.TokenChunk;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;

/** Responses, chunks and results to test with. */
final class ResponseSamples {

  static final String ID = "resp_1";

  private ResponseSamples() {}

  static StoredResponse response(String more) {
    return StoredResponse.of(
        ID,
        "default",
        Instant.ofEpochSecond(1_700_000_000),
        ResponseRequestReader.read(
            bytes("{'model':'m','input':'Hi'" + (more.isEmpty() ? "" : "," + more) + "}")));
  }

  static StoredResponse streamed() {
    return response("'stream':true,'background':true");
  }

  static TokenChunk piece(int attempt, int sequence, String text) {
    return delta(attempt, sequence, "{'content':'%s'}".formatted(text));
  }

  static TokenChunk delta(int attempt, int sequence, String delta) {
    return chunk(attempt, sequence, "{'choices':[{'index':0,'delta':%s}]}".formatted(delta));
  }

  private static TokenChunk chunk(int attempt, int sequence, String json) {
    return TokenChunk.newBuilder()
        .setId(ID)
        .setTenant("default")
        .setAttempt(attempt)
        .setSequence(sequence)
        .setKind(ChunkKind.DELTA)
        .setData(ByteBuffer.wrap(bytes(json)))
        .setCreatedAt(Instant.EPOCH)
        .build();
  }

  static TokenChunk end(int attempt, int sequence, ChunkEnd end) {
    return TokenChunk.newBuilder(chunk(attempt, sequence, ""))
        .setKind(ChunkKind.END)
        .setEnd(end)
        .build();
  }

  static InferenceResult succeeded(int attempts, String message, String finishReason) {
    return BrokerSamples.result(ID, TerminalStatus.SUCCEEDED)
        .setAttempts(attempts)
        .setBody(
            ByteBuffer.wrap(
                bytes(
                    "{'object':'chat.completion','choices':[{'index':0,'message':%s,'finish_reason':'%s'}],'usage':{'prompt_tokens':3,'completion_tokens':4,'total_tokens':7,'prompt_tokens_details':{'cached_tokens':2}}}"
                        .formatted(message, finishReason))))
        .build();
  }

  static InferenceResult answer(int attempts, String text) {
    return succeeded(attempts, "{'role':'assistant','content':'%s'}".formatted(text), "stop");
  }

  static InferenceResult ended(TerminalStatus status, int attempts) {
    return BrokerSamples.result(ID, status).setAttempts(attempts).build();
  }

  static byte[] bytes(String json) {
    return json.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
  }
}
