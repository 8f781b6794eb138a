package io.penstock.broker.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Body;
import io.micronaut.http.annotation.Consumes;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Delete;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.Post;
import io.micronaut.http.annotation.Produces;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import io.penstock.broker.errors.ApiError;
import io.penstock.broker.errors.ApiException;
import io.penstock.broker.home.Homes;
import io.penstock.broker.inference.DeadlineHeader;
import io.penstock.broker.inference.ResultReply;
import io.penstock.broker.prediction.WaitEstimate;
import io.penstock.broker.requests.KnownRequest;
import io.penstock.broker.requests.RequestLookup;
import io.penstock.broker.requests.ResultWait;
import io.penstock.broker.requests.Watches;
import io.penstock.broker.submission.JudgedRequest;
import io.penstock.broker.submission.Recording;
import io.penstock.broker.submission.SubmissionRequest;
import io.penstock.broker.submission.Submitted;
import io.penstock.schemas.InferenceResult;
import io.penstock.schemas.ids.Ids;
import io.penstock.schemas.ids.Names;
import io.penstock.schemas.models.Endpoint;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;

/** Penstock's own paths: submit now, and come back for the answer. */
@Controller("/v1/requests")
@Produces(MediaType.ALL)
@Consumes(MediaType.ALL)
@ExecuteOn(TaskExecutors.BLOCKING)
final class RequestController {

  /** Names the OpenAI path of a body, as it does on Kafka. */
  static final String ENDPOINT = "penstock-endpoint";

  private final Serving serving;
  private final Forwarding forwarding;
  private final Lookups lookups;
  private final InstantSource clock;

  /**
   * @param lines finds the requests of batches that are not remembered
   */
  RequestController(
      Serving serving,
      Forwarding forwarding,
      Homes homes,
      RequestLookup lines,
      InstantSource clock) {
    this.serving = serving;
    this.forwarding = forwarding;
    this.lookups =
        new Lookups(
            homes,
            serving.recent(),
            (tenant, id) -> serving.accepted().find(tenant, id).or(() -> lines.find(tenant, id)));
    this.clock = clock;
  }

  @Post
  HttpResponse<?> submit(HttpRequest<?> request, @Body byte[] body) {
    SubmissionRequest call = Headers.submission(request, endpoint(request), body);
    Optional<HttpResponse<?>> elsewhere =
        call.namedId().flatMap(id -> forwarding.elsewhere(request, call.body(), id));
    if (elsewhere.isPresent()) {
      return elsewhere.get();
    }
    JudgedRequest judged = serving.submissions().judge(call);
    Recording note = serving.accepted().recording(judged, clock.instant());
    Submitted submitted = serving.submissions().submit(judged, note, _ -> {});
    submitted.watch().close();
    return Replies.with(
        Replies.with(
            Replies.json(202, json(submitted.known()))
                .header("location", "/v1/requests/" + submitted.id()),
            ResultReply.headers(submitted.id())),
        submitted.headers());
  }

  private static Endpoint endpoint(HttpRequest<?> request) {
    return Headers.header(request, ENDPOINT)
        .flatMap(Endpoint::ofPath)
        .orElseThrow(
            () ->
                new ApiException(
                    ApiError.invalid(
                        ENDPOINT,
                        "invalid_value",
                        "The header %s must name the path of the body: /v1/chat/completions, /v1/completions or /v1/embeddings."
                            .formatted(ENDPOINT))));
  }

  @Get("/{id}")
  HttpResponse<?> status(HttpRequest<?> request, String id) {
    return forwarding
        .elsewhere(request, null, checked(id))
        .orElseGet(() -> Replies.json(200, json(known(request, id))));
  }

  @Get("/{id}/result")
  HttpResponse<?> result(HttpRequest<?> request, String id) throws InterruptedException {
    Optional<HttpResponse<?>> elsewhere = forwarding.elsewhere(request, null, checked(id));
    if (elsewhere.isPresent()) {
      return elsewhere.get();
    }
    Duration patience = patience(request);
    String tenant = Callers.of(request).tenant();
    ResultWait wait = new ResultWait();
    // Watched before it is looked up, so that a result between the two is not missed.
    try (Watches.Watch _ = serving.submissions().watch(tenant, id, wait);
        HangUp _ = new HangUp(request, wait::abandon)) {
      KnownRequest known = known(request, id);
      if (known.isFinished()) {
        return stored(known);
      }
      Optional<InferenceResult> result =
          wait.await(patience).filter(record -> record.isFirst()).map(record -> record.result());
      if (result.isPresent()) {
        return Replies.of(ResultReply.of(result.get()));
      }
      KnownRequest latest = lookups.find(tenant, id).orElse(known);
      return Replies.with(Replies.json(202, json(latest)), ResultReply.headers(id));
    }
  }

  private HttpResponse<?> stored(KnownRequest known) throws InterruptedException {
    return serving
        .results()
        .read(known.result().orElseThrow())
        .map(result -> Replies.of(ResultReply.of(result)))
        .orElseThrow(
            () ->
                new ApiException(
                    ApiError.invalid(
                        410, "result_gone", "The result of the request is kept no longer.")));
  }

  private Duration patience(HttpRequest<?> request) {
    Optional<String> asked = request.getParameters().getFirst("wait");
    if (asked.isEmpty()) {
      return Duration.ZERO;
    }
    Duration most = serving.waits().longestPoll();
    Duration length =
        DeadlineHeader.length(asked.get())
            .orElseThrow(
                () ->
                    new ApiException(
                        ApiError.invalid(
                            "wait",
                            "invalid_value",
                            "'wait' must be a length such as 30s or 1m.")));
    return length.compareTo(most) > 0 ? most : length;
  }

  @Delete("/{id}")
  HttpResponse<?> cancel(HttpRequest<?> request, String id) {
    Optional<HttpResponse<?>> elsewhere = forwarding.elsewhere(request, null, checked(id));
    if (elsewhere.isPresent()) {
      return elsewhere.get();
    }
    KnownRequest known = known(request, id);
    if (known.isFinished()) {
      return Replies.json(200, json(known));
    }
    serving.gateway().cancel(known.tenant(), id).join();
    return Replies.json(202, json(known));
  }

  /** HEAD has no route: nobody would read the stream, and so nothing would ever end it. */
  @Get(value = "/{id}/events", headRoute = false)
  HttpResponse<?> events(HttpRequest<?> request, String id) {
    Optional<HttpResponse<?>> elsewhere = forwarding.elsewhere(request, null, checked(id));
    if (elsewhere.isPresent()) {
      return elsewhere.get();
    }
    String tenant = Callers.of(request).tenant();
    KnownRequest before = known(request, id);
    StatusEvents events =
        new StatusEvents(
            serving.timer(),
            serving.connections(),
            serving.answers().open(tenant),
            () -> lookups.find(tenant, id).map(this::json));
    events.hold(serving.submissions().watch(tenant, id, events)::close);
    try {
      // A home that moved before the watch was open is not read for it, so that nothing would come.
      lookups.requireHome(id);
      KnownRequest known = lookups.find(tenant, id).orElse(before);
      return Replies.events(events.begin(request, known));
    } catch (RuntimeException failed) {
      events.gone();
      throw failed;
    }
  }

  private KnownRequest known(HttpRequest<?> request, String id) {
    return lookups.require(Callers.of(request).tenant(), id);
  }

  private static String checked(String id) {
    if (Names.fault(id, Ids.MAX_LENGTH).isPresent()) {
      throw new ApiException(ApiError.notFound("request", id));
    }
    return id;
  }

  private ObjectNode json(KnownRequest known) {
    Optional<WaitEstimate> estimate =
        known.isFinished() || known.model().isEmpty() || known.serviceClass().isEmpty()
            ? Optional.empty()
            : Optional.of(
                serving.submissions().estimate(known.model().get(), known.serviceClass().get()));
    return RequestJson.of(known, estimate, clock.instant());
  }
}
