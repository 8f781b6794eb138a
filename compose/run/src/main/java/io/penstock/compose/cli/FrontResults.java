package io.penstock.compose.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.penstock.compose.http.FrontAnswer;
import io.penstock.compose.http.FrontClient;
import io.penstock.schemas.InferenceRequest;
import io.penstock.schemas.InferenceResult;
import io.penstock.schemas.ModelChoice;
import io.penstock.schemas.ResultError;
import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.TerminalStatus;
import java.nio.ByteBuffer;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;

/** Results as HTTP tells of them: fewer fields than the record on Kafka has. */
final class FrontResults {

  /** What is known of a result over HTTP; the names are those of the record. */
  private static final Listing<InferenceResult> JSON =
      Listing.of(
          Column.field("id", InferenceResult::getId),
          Column.field("customId", InferenceResult::getCustomId),
          Column.field("endpoint", InferenceResult::getEndpoint),
          Column.field("status", InferenceResult::getStatus),
          Column.field("statusCode", InferenceResult::getStatusCode),
          Column.field("body", InferenceResult::getBody),
          Column.field("error", InferenceResult::getError),
          Column.field("serviceClass", InferenceResult::getServiceClass),
          Column.field("requestedModel", InferenceResult::getRequestedModel),
          Column.field("model", result -> result.getChoice().map(ModelChoice::getModel)),
          Column.field("acceptedAt", InferenceResult::getAcceptedAt),
          Column.field("finishedAt", InferenceResult::getFinishedAt));

  private FrontResults() {}

  static ObjectNode json(InferenceResult result) {
    return JSON.json(result);
  }

  /**
   * The result of a request that the front took.
   *
   * @param status of the request when it was taken
   * @param answer to the call for its result
   */
  static InferenceResult of(
      FrontClient client,
      InferenceRequest request,
      ObjectNode status,
      FrontAnswer answer,
      Instant now) {
    if (answer.requestId().isEmpty()) {
      throw client.failure(answer);
    }
    InferenceResult.Builder result =
        builder(request, answer, now)
            .setId(status.path("id").asText())
            .setServiceClass(serviceClass(status.path("service_class")))
            .setAcceptedAt(instant(status.path("submitted_at")).orElse(now));
    answer
        .headers()
        .firstValue("penstock-model")
        .ifPresent(model -> result.setChoice(choice(model)));
    return answer.isSuccess()
        ? result.setStatus(TerminalStatus.SUCCEEDED).setBody(ByteBuffer.wrap(answer.body())).build()
        : result.setStatus(status(answer)).setError(error(answer)).build();
  }

  /** The result of one that the front did not take, if that is its own fault. */
  static InferenceResult refused(
      FrontClient client, InferenceRequest request, FrontAnswer answer, Instant now) {
    boolean own =
        answer.status() < 500
            && answer.status() != 401
            && answer.status() != 403
            && answer.fault().isPresent();
    if (!own) {
      throw client.failure(answer);
    }
    return builder(request, answer, now)
        .setStatus(TerminalStatus.FAILED)
        .setError(error(answer))
        .build();
  }

  private static InferenceResult.Builder builder(
      InferenceRequest request, FrontAnswer answer, Instant now) {
    return InferenceResult.newBuilder()
        .setId(request.getId())
        .setTenant(request.getTenant())
        .setEndpoint(request.getEndpoint())
        .setStatusCode(answer.status())
        .setServiceClass(request.getServiceClass().orElse(ServiceClass.STANDARD))
        .setRequestedModel(request.getModel())
        .setCustomId(request.getCustomId().orElse(null))
        .setAttempts(0)
        .setAcceptedAt(now)
        .setFinishedAt(now);
  }

  private static TerminalStatus status(FrontAnswer answer) {
    return switch (answer.fault().map(FrontAnswer.Fault::code).orElse("")) {
      case "request_expired" -> TerminalStatus.EXPIRED;
      case "request_cancelled" -> TerminalStatus.CANCELLED;
      default -> TerminalStatus.FAILED;
    };
  }

  private static ResultError error(FrontAnswer answer) {
    FrontAnswer.Fault fault =
        answer
            .fault()
            .orElseGet(
                () -> new FrontAnswer.Fault("failed", "the answer has status " + answer.status()));
    JsonNode said =
        answer.object().map(json -> json.path("error")).orElse(RecordJson.MAPPER.nullNode());
    return ResultError.newBuilder()
        .setType(said.path("type").asText("server_error"))
        .setCode(fault.code())
        .setMessage(fault.message())
        .setParam(said.path("param").isTextual() ? said.path("param").asText() : null)
        .setRetryable(
            answer.headers().firstValue("x-should-retry").filter("true"::equals).isPresent())
        .build();
  }

  private static ModelChoice choice(String model) {
    return ModelChoice.newBuilder().setModel(model).setReason("").build();
  }

  private static ServiceClass serviceClass(JsonNode name) {
    return Arrays.stream(ServiceClass.values())
        .filter(each -> each.name().equalsIgnoreCase(name.asText()))
        .findFirst()
        .orElse(ServiceClass.STANDARD);
  }

  private static Optional<Instant> instant(JsonNode text) {
    try {
      return Optional.of(Instant.parse(text.asText()));
    } catch (DateTimeException none) {
      return Optional.empty();
    }
  }
}
