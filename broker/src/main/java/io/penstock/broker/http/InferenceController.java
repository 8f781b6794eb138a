package io.penstock.broker.http;

import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Body;
import io.micronaut.http.annotation.Consumes;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Post;
import io.micronaut.http.annotation.Produces;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import io.penstock.broker.errors.ApiError;
import io.penstock.broker.errors.ApiException;
import io.penstock.broker.home.Homes;
import io.penstock.broker.home.ResultRecord;
import io.penstock.broker.inference.Reply;
import io.penstock.broker.inference.ResultReply;
import io.penstock.broker.requests.KnownRequest;
import io.penstock.broker.requests.ResultWait;
import io.penstock.broker.submission.JudgedRequest;
import io.penstock.broker.submission.SubmissionRequest;
import io.penstock.broker.submission.Submitted;
import io.penstock.schemas.InferenceResult;
import io.penstock.schemas.Repetition;
import io.penstock.schemas.models.Endpoint;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** OpenAI's own paths: the caller waits for the answer, or reads it as it comes. */
@Controller("/v1")
@Produces(MediaType.ALL)
@Consumes(MediaType.ALL)
@ExecuteOn(TaskExecutors.BLOCKING)
final class InferenceController {

  private static final Logger LOG = LoggerFactory.getLogger(InferenceController.class);

  /** A stream that takes longer may be cut, and its answer asked for by its id. */
  private static final Duration LONG_WAIT = Duration.ofSeconds(5);

  private static final Duration NOTING = Duration.ofSeconds(2);

  private final Serving serving;
  private final Forwarding forwarding;
  private final Lookups lookups;

  InferenceController(Serving serving, Forwarding forwarding, Homes homes) {
    this.serving = serving;
    this.forwarding = forwarding;
    this.lookups = new Lookups(homes, serving.recent());
  }

  @Post("/chat/completions")
  HttpResponse<?> chat(HttpRequest<?> request, @Body byte[] body) throws InterruptedException {
    return answer(request, Endpoint.CHAT_COMPLETIONS, body);
  }

  @Post("/completions")
  HttpResponse<?> completion(HttpRequest<?> request, @Body byte[] body)
      throws InterruptedException {
    return answer(request, Endpoint.COMPLETIONS, body);
  }

  @Post("/embeddings")
  HttpResponse<?> embedding(HttpRequest<?> request, @Body byte[] body) throws InterruptedException {
    return answer(request, Endpoint.EMBEDDINGS, body);
  }

  private HttpResponse<?> answer(HttpRequest<?> request, Endpoint endpoint, byte[] body)
      throws InterruptedException {
    SubmissionRequest call = Headers.submission(request, endpoint, body);
    Optional<HttpResponse<?>> elsewhere =
        call.namedId().flatMap(id -> forwarding.elsewhere(request, body, id));
    if (elsewhere.isPresent()) {
      return elsewhere.get();
    }
    JudgedRequest judged = serving.submissions().judge(call);
    serving.submissions().requireTimely(judged, serving.waits());
    return judged.facts().stream() ? stream(request, judged) : await(request, judged);
  }

  private HttpResponse<?> await(HttpRequest<?> request, JudgedRequest judged)
      throws InterruptedException {
    ResultWait wait = new ResultWait();
    String tenant = judged.call().caller().tenant();
    Duration most = serving.waits().of(judged.serviceClass());
    Submitted submitted = serving.submissions().submit(judged, wait);
    Note note = new Note(submitted);
    try (var _ = submitted.watch();
        HangUp _ = new HangUp(request, () -> hungUp(tenant, submitted, wait))) {
      submitted.watch().beforeLeaving(note::written);
      Reply reply = reply(tenant, submitted, wait, note, most);
      return Replies.of(reply.with(ResultReply.headers(submitted.id())).with(submitted.headers()));
    }
  }

  private Reply reply(String tenant, Submitted submitted, ResultWait wait, Note note, Duration most)
      throws InterruptedException {
    Optional<KnownRequest> finished = submitted.before().filter(KnownRequest::isFinished);
    if (finished.isPresent()) {
      return first(submitted.id(), finished);
    }
    Optional<ResultRecord> record = wait.await(most);
    if (record.isPresent()) {
      return reply(tenant, record.get());
    }
    note.written()
        .orTimeout(NOTING.toMillis(), TimeUnit.MILLISECONDS)
        .exceptionally(_ -> null)
        .join();
    return wait.isStopped() ? stopping(submitted) : late(most, submitted);
  }

  /** A caller that gave the request a name may come back for it. */
  private void hungUp(String tenant, Submitted submitted, ResultWait wait) {
    if (!wait.isEnded()) {
      gone(tenant, submitted);
    }
    wait.abandon();
  }

  private Reply reply(String tenant, ResultRecord record) throws InterruptedException {
    InferenceResult result = record.result();
    Repetition repetition = result.getRepetition().orElse(null);
    return switch (repetition) {
      case null -> ResultReply.of(result);
      case CONFLICT -> Reply.of(ResultReply.conflict());
      case SAME -> first(result.getId(), lookups.find(tenant, result.getId()));
    };
  }

  /** What was answered the first time. */
  private Reply first(String id, Optional<KnownRequest> known) throws InterruptedException {
    if (known.isEmpty()) {
      lookups.requireHome(id);
    }
    Optional<KnownRequest.ResultPlace> place = known.flatMap(KnownRequest::result);
    Optional<InferenceResult> result =
        place.isPresent() ? serving.results().read(place.get()) : Optional.empty();
    return result
        .map(ResultReply::of)
        .orElseGet(
            () ->
                Reply.of(
                    ApiError.invalid(
                            410,
                            "result_gone",
                            "The request was answered before, and its answer is kept no longer.")
                        .with(ApiError.SHOULD_RETRY, "false")));
  }

  /** The caller will ask for it by its id, and perhaps another instance. It is written once. */
  private final class Note {

    private final Submitted submitted;
    private @Nullable CompletableFuture<@Nullable Void> written;

    Note(Submitted submitted) {
      this.submitted = submitted;
    }

    /** Completed once it lasts, or cannot be written. */
    synchronized CompletableFuture<@Nullable Void> written() {
      if (written == null) {
        written = serving.accepted().note(submitted.known()).exceptionally(this::notWritten);
      }
      return written.copy();
    }

    private @Nullable Void notWritten(Throwable why) {
      LOG.warn("Request {} goes on, but was not noted: {}", submitted.id(), why.toString());
      return null;
    }
  }

  private static Reply late(Duration most, Submitted submitted) {
    return Reply.of(
        ApiError.server(
                504,
                "wait_timeout",
                "Request %s was not answered within %d s. It goes on, and its answer can be fetched with GET /v1/requests/%s/result."
                    .formatted(submitted.id(), most.toSeconds(), submitted.id()))
            .with(ApiError.SHOULD_RETRY, "false"));
  }

  /** A caller that gave the request a name gets its answer by trying again. */
  private static Reply stopping(Submitted submitted) {
    if (submitted.named()) {
      return Reply.of(
          ApiError.unavailable(
              "The instance that waited for request %s stops; try again under the same Idempotency-Key."
                  .formatted(submitted.id()),
              Duration.ofSeconds(1)));
    }
    return Reply.of(
        ApiError.server(
                504,
                "instance_stopping",
                "The instance that waited for request %s stops. The request goes on, and its answer can be fetched with GET /v1/requests/%s/result."
                    .formatted(submitted.id(), submitted.id()))
            .with(ApiError.SHOULD_RETRY, "false"));
  }

  private HttpResponse<Publisher<byte[]>> stream(HttpRequest<?> request, JudgedRequest judged) {
    String tenant = judged.call().caller().tenant();
    AnswerEvents events =
        new AnswerEvents(serving.timer(), serving.connections(), serving.answers().open(tenant));
    Submitted submitted = events.of(() -> serving.submissions().submit(judged, events));
    events.hold(submitted.watch()::close);
    try {
      if (submitted.before().isPresent()) {
        throw new ApiException(ResultReply.repeated(Repetition.SAME, submitted.id()));
      }
      Publisher<byte[]> body =
          events.begin(
              request,
              submitted.id(),
              judged.facts().includeUsage(),
              serving.waits().of(submitted.serviceClass()),
              () -> gone(tenant, submitted));
      Note note = new Note(submitted);
      submitted.watch().beforeLeaving(note::written);
      events.later(
          LONG_WAIT,
          () -> {
            var _ = note.written();
          });
      return Replies.with(
          Replies.with(Replies.events(body), ResultReply.headers(submitted.id())),
          submitted.headers());
    } catch (RuntimeException failed) {
      events.gone();
      throw failed;
    }
  }

  private void gone(String tenant, Submitted submitted) {
    if (!submitted.named()) {
      serving.cancellations().cancel(tenant, submitted.id());
    }
  }
}
