package io.penstock.broker.responses;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.penstock.broker.errors.ApiError;
import io.penstock.broker.responses.EventNumbers.Edition;
import io.penstock.broker.stream.AnswerStream;
import io.penstock.broker.stream.StreamEvent;
import io.penstock.schemas.InferenceResult;
import io.penstock.schemas.TerminalStatus;
import io.penstock.schemas.TokenChunk;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * The events of one response to one reader. They follow from the chunks of one attempt and from the
 * result, wherever they are read, and so do their numbers: a reader that was cut off goes on at any
 * instance after the last number that it has seen. Not safe for use by many threads.
 */
public final class ResponseStream {

  private final StoredResponse response;
  private final long after;
  private final AnswerStream answer;
  private final OutputEvents output;
  private @Nullable Edition edition;
  private long next;
  private long last;
  private boolean inProgress;
  private boolean ended;
  private @Nullable InferenceResult result;
  private List<ResponseEvent> events = new ArrayList<>();

  /**
   * @param startingAfter the last number that the reader has seen; empty for a new reader
   */
  public ResponseStream(StoredResponse response, OptionalLong startingAfter) {
    this.response = response;
    this.after = startingAfter.orElse(-1);
    this.last = Math.max(0, after);
    this.output = new OutputEvents(response);
    this.edition = EventNumbers.isOfAnswer(after) ? EventNumbers.editionOf(after) : null;
    this.next = edition == null ? 0 : edition.first();
    this.answer = answer();
  }

  private AnswerStream answer() {
    Edition seen = edition;
    if (!response.streamed() || (seen != null && seen.fromResult())) {
      return AnswerStream.ofResult(response.id());
    }
    return seen == null
        ? new AnswerStream(response.id(), true)
        : AnswerStream.resumed(response.id(), seen.attempt());
  }

  /** The attempt of whose answer the reader has seen a part; empty if of none. */
  public OptionalLong attempt() {
    return edition == null ? OptionalLong.empty() : OptionalLong.of(edition.attempt());
  }

  /** Whether the last event was sent. */
  public boolean isEnded() {
    return ended;
  }

  /** What comes before anything happens. */
  public List<ResponseEvent> begin() {
    show(EventNumbers.CREATED, "response.created", ResponseObject.Open.QUEUED);
    show(EventNumbers.QUEUED, "response.queued", ResponseObject.Open.QUEUED);
    return taken();
  }

  /** A worker has it. */
  public List<ResponseEvent> started() {
    showInProgress();
    return taken();
  }

  /** Takes a chunk in, and says what to send. */
  public List<ResponseEvent> chunk(TokenChunk chunk) {
    return take(answer.chunk(chunk));
  }

  /** Takes the result in, or the answer to a repetition, and says what to send. */
  public List<ResponseEvent> result(InferenceResult news) {
    if (news.getRepetition().isEmpty()) {
      result = news;
    }
    return take(answer.result(news));
  }

  /** The result has been there for a while, and the rest of its chunks has not come. */
  public List<ResponseEvent> giveUp() {
    return take(answer.giveUp());
  }

  /** The stream ends although the response goes on. */
  public List<ResponseEvent> fail(ApiError error) {
    if (!ended) {
      showError(error);
    }
    return taken();
  }

  /** It repeats a number, so that a reader which goes on after it misses nothing. */
  private void showError(ApiError error) {
    ended = true;
    ObjectNode json = ResponseJsonMapper.object().put("type", "error");
    json.put("code", error.code()).put("message", error.message());
    json.put("param", error.param().orElse(null)).put("sequence_number", last);
    events.add(new ResponseEvent(last, "error", json));
  }

  private List<ResponseEvent> take(List<StreamEvent> news) {
    for (StreamEvent each : news) {
      if (ended) {
        break;
      }
      switch (each) {
        case StreamEvent.Data(byte[] json) -> {
          if (begins()) {
            output.chunk(json).forEach(this::number);
          }
        }
        case StreamEvent.Done _ -> {
          if (begins()) {
            finish();
          }
        }
        case StreamEvent.Failed(ApiError error) -> failed(error);
      }
    }
    return taken();
  }

  /** Finds the edition; false if it is not the one of which the reader has seen a part. */
  private boolean begins() {
    Edition now =
        new Edition(Math.max(1, answer.attempt()), answer.isFromResult() && response.streamed());
    Edition seen = edition;
    if (seen == null) {
      edition = now;
      next = now.first();
    } else if (!seen.equals(now)) {
      showError(interrupted());
      return false;
    }
    showInProgress();
    return true;
  }

  private void finish() {
    InferenceResult whole = Objects.requireNonNull(result, "a stream ends by its result");
    ObjectNode shown = ResponseObject.ended(response, whole);
    String status = shown.path("status").asText();
    output.close(status.equals("incomplete")).forEach(this::number);
    number(withResponse("response." + status, shown));
    ended = true;
  }

  private void failed(ApiError error) {
    InferenceResult told = result;
    if (told == null || told.getStatus() == TerminalStatus.SUCCEEDED) {
      showError(error.code().equals(AnswerStream.INTERRUPTED) ? interrupted() : error);
      return;
    }
    if (edition == null) {
      edition = new Edition(Math.max(1, told.getAttempts()), response.streamed());
      next = edition.first();
    }
    showInProgress();
    // The API has no event of its own for a response that was cancelled.
    next = Math.max(next, after + 1);
    number(withResponse("response.failed", ResponseObject.ended(response, told)));
    ended = true;
  }

  private ApiError interrupted() {
    return ApiError.server(
        502,
        AnswerStream.INTERRUPTED,
        "The stream of response %s cannot go on with the answer of which a part was sent. Read it anew with GET /v1/responses/%s?stream=true, or fetch it with GET /v1/responses/%s."
            .formatted(response.id(), response.id(), response.id()));
  }

  private void showInProgress() {
    if (!inProgress) {
      inProgress = true;
      show(EventNumbers.IN_PROGRESS, "response.in_progress", ResponseObject.Open.IN_PROGRESS);
    }
  }

  private void show(long number, String type, ResponseObject.Open state) {
    send(number, withResponse(type, ResponseObject.open(response, state)));
  }

  private static ObjectNode withResponse(String type, ObjectNode response) {
    ObjectNode json = ResponseJsonMapper.object().put("type", type);
    json.set("response", response);
    return json;
  }

  private void number(ObjectNode json) {
    send(next++, json);
  }

  private void send(long number, ObjectNode json) {
    if (number > after) {
      last = Math.max(last, number);
      json.put("sequence_number", number);
      events.add(new ResponseEvent(number, json.path("type").asText(), json));
    }
  }

  private List<ResponseEvent> taken() {
    List<ResponseEvent> all = events;
    events = new ArrayList<>();
    return all;
  }
}
