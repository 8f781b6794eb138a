package io.penstock.broker;

import io.penstock.broker.home.ResultRecord;
import io.penstock.schemas.InferenceResult;
import io.penstock.schemas.ResultError;
import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.TerminalStatus;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;

/** Records to test with. */
public final class BrokerSamples {

  private BrokerSamples() {}

  /** A result of the tenant {@code default}. */
  public static InferenceResult.Builder result(String id, TerminalStatus status) {
    InferenceResult.Builder result =
        InferenceResult.newBuilder()
            .setId(id)
            .setTenant("default")
            .setEndpoint("/v1/chat/completions")
            .setStatus(status)
            .setStatusCode(status == TerminalStatus.SUCCEEDED ? 200 : 500)
            .setServiceClass(ServiceClass.STANDARD)
            .setRequestedModel("m")
            .setAttempts(1)
            .setAcceptedAt(Instant.EPOCH)
            .setFinishedAt(Instant.EPOCH);
    return status == TerminalStatus.SUCCEEDED
        ? result.setBody(ByteBuffer.wrap("{}".getBytes(StandardCharsets.UTF_8)))
        : result.setError(
            ResultError.newBuilder()
                .setType("server_error")
                .setCode("engine_failed")
                .setMessage("The engine failed.")
                .setRetryable(true)
                .build());
  }

  /** A record at offset 7 of partition 0. */
  public static ResultRecord record(InferenceResult result) {
    return new ResultRecord(0, 7, Instant.EPOCH, result);
  }
}
