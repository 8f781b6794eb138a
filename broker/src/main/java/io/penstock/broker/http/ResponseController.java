package io.penstock.broker.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MediaType;
import io.micronaut.http.MutableHttpResponse;
import io.micronaut.http.annotation.Body;
import io.micronaut.http.annotation.Consumes;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Delete;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.Post;
import io.micronaut.http.annotation.Produces;
import io.micronaut.http.annotation.QueryValue;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import io.penstock.broker.errors.ApiError;
import io.penstock.broker.errors.ApiException;
import io.penstock.broker.inference.Reply;
import io.penstock.broker.inference.ResultReply;
import io.penstock.broker.paging.Page;
import io.penstock.broker.requests.ResultWait;
import io.penstock.broker.requests.Watches;
import io.penstock.broker.responses.InputItems;
import io.penstock.broker.responses.ResponseObject;
import io.penstock.broker.responses.ResponseRequest;
import io.penstock.broker.responses.ResponseRequestReader;
import io.penstock.broker.responses.StoredResponse;
import io.penstock.broker.submission.JudgedRequest;
import io.penstock.broker.submission.SubmissionRequest;
import io.penstock.broker.submission.Submitted;
import io.penstock.schemas.InferenceResult;
import io.penstock.schemas.TerminalStatus;
import io.penstock.schemas.ids.Ids;
import io.penstock.schemas.ids.Names;
import io.penstock.schemas.models.Endpoint;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** OpenAI's Responses API. */
@Controller("/v1/responses")
@Produces(MediaType.ALL)
@Consumes(MediaType.ALL)
@ExecuteOn(TaskExecutors.BLOCKING)
final class ResponseController {

  /** How long a call that cancels waits until it is known how the response has ended. */
  private static final Duration CANCELLATION = Duration.ofSeconds(10);

  private static final int MOST_ITEMS = 100;
  private static final int USUAL_ITEMS = 20;

  private final Serving serving;
  private final Forwarding forwarding;
  private final ResponseServing responses;

  ResponseController(Serving serving, Forwarding forwarding, ResponseServing responses) {
    this.serving = serving;
    this.forwarding = forwarding;
    this.responses = responses;
  }

  @Post
  HttpResponse<?> create(HttpRequest<?> request, @Body byte[] body) throws InterruptedException {
    ResponseRequest asked = ResponseRequestReader.read(body);
    SubmissionRequest call =
        Headers.submission(
            request, Endpoint.CHAT_COMPLETIONS, asked.chatBody(), StoredResponse.ID_PREFIX);
    Optional<HttpResponse<?>> elsewhere =
        call.namedId().flatMap(id -> forwarding.elsewhere(request, body, id));
    if (elsewhere.isPresent()) {
      return elsewhere.get();
    }
    JudgedRequest judged = serving.submissions().judge(call);
    if (asked.background()) {
      return asked.stream() ? stream(request, judged, asked) : background(judged, asked);
    }
    serving.submissions().requireTimely(judged, serving.waits());
    return asked.stream() ? stream(request, judged, asked) : await(request, judged, asked);
  }

  private HttpResponse<?> background(JudgedRequest judged, ResponseRequest asked)
      throws InterruptedException {
    ResponseServing.Creation creation = responses.creation(judged.call().caller().tenant(), asked);
    Submitted submitted = serving.submissions().submit(judged, creation, _ -> {});
    submitted.watch().close();
    return headed(Replies.json(200, responses.shown(creation.of(submitted))), submitted);
  }

  private HttpResponse<?> await(HttpRequest<?> request, JudgedRequest judged, ResponseRequest asked)
      throws InterruptedException {
    ResultWait wait = new ResultWait();
    String tenant = judged.call().caller().tenant();
    Duration most = serving.waits().of(judged.serviceClass());
    ResponseServing.Creation creation = responses.creation(tenant, asked);
    Submitted submitted = serving.submissions().submit(judged, creation, wait);
    try (var _ = submitted.watch();
        HangUp _ = new HangUp(request, () -> hungUp(tenant, submitted, wait))) {
      StoredResponse response = creation.of(submitted);
      // Whether a request that was sent is the one that was stored, its answer tells.
      Optional<InferenceResult> result =
          submitted.before().isPresent() ? responses.result(response) : Optional.empty();
      if (result.isEmpty()) {
        Optional<InferenceResult> news = wait.await(most).map(record -> record.result());
        if (news.isPresent()) {
          result = Optional.of(responses.settled(response, news.get()));
        }
      }
      return headed(
          result
              .map(each -> answered(response, each))
              .orElseGet(
                  () ->
                      Replies.of(
                          wait.isStopped() ? stopping(submitted) : late(most, response.id()))),
          submitted);
    }
  }

  /** A caller that gave the request a name may come back for it. */
  private void hungUp(String tenant, Submitted submitted, ResultWait wait) {
    if (!wait.isEnded() && !submitted.named()) {
      serving.cancellations().cancel(tenant, submitted.id());
    }
    wait.abandon();
  }

  /** Whoever waits is told a failure by the status, as with a chat completion. */
  private static MutableHttpResponse<byte[]> answered(
      StoredResponse response, InferenceResult result) {
    return result.getStatus() == TerminalStatus.SUCCEEDED
        ? Replies.json(200, ResponseObject.ended(response, result))
        : Replies.of(ResultReply.of(result));
  }

  /** A caller that gave the call a name gets its response by trying again. */
  private static Reply stopping(Submitted submitted) {
    String id = submitted.id();
    if (submitted.named()) {
      return Reply.of(
          ApiError.unavailable(
              "The instance that waited for response %s stops; try again under the same Idempotency-Key."
                  .formatted(id),
              Duration.ofSeconds(1)));
    }
    return Reply.of(
        ApiError.server(
                504,
                "instance_stopping",
                "The instance that waited for response %s stops. The response goes on, and if it is stored it can be fetched with GET /v1/responses/%s."
                    .formatted(id, id))
            .with(ApiError.SHOULD_RETRY, "false"));
  }

  private static Reply late(Duration most, String id) {
    return Reply.of(
        ApiError.server(
                504,
                "wait_timeout",
                "Response %s was not answered within %d s. It goes on, and if it is stored it can be fetched with GET /v1/responses/%s."
                    .formatted(id, most.toSeconds(), id))
            .with(ApiError.SHOULD_RETRY, "false"));
  }

  private static <T> HttpResponse<T> headed(MutableHttpResponse<T> response, Submitted submitted) {
    return Replies.with(
        Replies.with(response, ResultReply.headers(submitted.id())), submitted.headers());
  }

  private HttpResponse<?> stream(
      HttpRequest<?> request, JudgedRequest judged, ResponseRequest asked)
      throws InterruptedException {
    String tenant = judged.call().caller().tenant();
    ResponseFeed feed = feed(tenant);
    ResponseServing.Creation creation = responses.creation(tenant, asked);
    Submitted submitted = feed.of(() -> serving.submissions().submit(judged, creation, feed));
    feed.hold(submitted.watch()::close);
    try {
      StoredResponse response = creation.of(submitted);
      Optional<Duration> most =
          asked.background()
              ? Optional.empty()
              : Optional.of(serving.waits().of(submitted.serviceClass()));
      return headed(
          Replies.events(
              creation.isRepeated(submitted)
                  ? responses.replay(request, response, OptionalLong.empty(), feed, most)
                  : responses.follow(
                      request, response, feed, most, () -> gone(tenant, submitted, asked))),
          submitted);
    } catch (RuntimeException | InterruptedException failed) {
      feed.gone();
      throw failed;
    }
  }

  private ResponseFeed feed(String tenant) {
    return new ResponseFeed(serving.timer(), serving.connections(), serving.answers().open(tenant));
  }

  /** A caller of the foreground that has gone wants no answer, unless it gave the call a name. */
  private void gone(String tenant, Submitted submitted, ResponseRequest asked) {
    if (!asked.background() && !submitted.named()) {
      serving.cancellations().cancel(tenant, submitted.id());
    }
  }

  /** HEAD has no route: nobody would read the stream, and so nothing would ever end it. */
  @Get(value = "/{id}", headRoute = false)
  HttpResponse<?> one(HttpRequest<?> request, String id) throws InterruptedException {
    Optional<HttpResponse<?>> elsewhere = forwarding.elsewhere(request, null, checked(id));
    if (elsewhere.isPresent()) {
      return elsewhere.get();
    }
    ResponseQuery query = ResponseQuery.read(request.getParameters());
    StoredResponse response = responses.require(Callers.of(request).tenant(), id);
    if (!query.stream()) {
      return Replies.with(Replies.json(200, responses.shown(response)), ResultReply.headers(id));
    }
    ResponseFeed feed = feed(response.tenant());
    feed.hold(serving.submissions().watch(response.tenant(), id, feed)::close);
    try {
      return Replies.with(
          Replies.events(
              responses.replay(request, response, query.startingAfter(), feed, Optional.empty())),
          ResultReply.headers(id));
    } catch (RuntimeException | InterruptedException failed) {
      feed.gone();
      throw failed;
    }
  }

  /** What the response was asked with, the latest item first unless another order is asked for. */
  @Get("/{id}/input_items")
  HttpResponse<?> inputItems(
      HttpRequest<?> request,
      String id,
      @Nullable @QueryValue String after,
      @Nullable @QueryValue String limit,
      @Nullable @QueryValue String order) {
    Optional<HttpResponse<?>> elsewhere = forwarding.elsewhere(request, null, checked(id));
    if (elsewhere.isPresent()) {
      return elsewhere.get();
    }
    ResponseQuery.refuseInclude(request.getParameters());
    StoredResponse response = responses.require(Callers.of(request).tenant(), id);
    Page.Query query = Page.Query.of(after, limit, order, MOST_ITEMS, USUAL_ITEMS);
    List<ObjectNode> items = InputItems.of(response);
    if (items.isEmpty()) {
      throw new ApiException(
          ApiError.invalid(
                  410,
                  "input_not_kept",
                  "The input of response %s was too long to be kept.".formatted(id))
              .with(ApiError.SHOULD_RETRY, "false"));
    }
    return Replies.with(
        Replies.json(
            200, Page.of(items, item -> item.path("id").asText(), query).json(item -> item)),
        ResultReply.headers(id));
  }

  @Post("/{id}/cancel")
  HttpResponse<?> cancel(HttpRequest<?> request, String id) throws InterruptedException {
    Optional<HttpResponse<?>> elsewhere = forwarding.elsewhere(request, null, checked(id));
    if (elsewhere.isPresent()) {
      return elsewhere.get();
    }
    String tenant = Callers.of(request).tenant();
    StoredResponse response = responses.require(tenant, id);
    if (!response.background()) {
      throw new ApiException(
          ApiError.invalid(
              400,
              "response_not_cancellable",
              "Only responses that were created with background can be cancelled."));
    }
    ResultWait wait = new ResultWait();
    // Watched before it is looked up, so that a result between the two is not missed.
    try (Watches.Watch _ = serving.submissions().watch(tenant, id, wait);
        HangUp _ = new HangUp(request, wait::abandon)) {
      Optional<InferenceResult> result = responses.result(response);
      if (result.isEmpty()) {
        serving.gateway().cancel(tenant, id).join();
        result =
            wait.await(CANCELLATION)
                .filter(record -> record.isFirst())
                .map(record -> record.result());
      }
      ObjectNode json =
          result
              .map(each -> ResponseObject.ended(response, each))
              .orElseGet(() -> responses.open(response));
      return Replies.with(Replies.json(200, json), ResultReply.headers(id));
    }
  }

  @Delete("/{id}")
  HttpResponse<?> delete(HttpRequest<?> request, String id) {
    Optional<HttpResponse<?>> elsewhere = forwarding.elsewhere(request, null, checked(id));
    if (elsewhere.isPresent()) {
      return elsewhere.get();
    }
    StoredResponse response = responses.require(Callers.of(request).tenant(), id);
    responses.delete(response);
    return Replies.json(
        200,
        Replies.JSON
            .createObjectNode()
            .put("id", id)
            .put("object", "response")
            .put("deleted", true));
  }

  private static String checked(String id) {
    if (Names.fault(id, Ids.MAX_LENGTH).isPresent()) {
      throw new ApiException(ApiError.notFound("response", id));
    }
    return id;
  }
}
