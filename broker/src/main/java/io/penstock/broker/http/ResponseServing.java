package io.penstock.broker.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.micronaut.http.HttpRequest;
import io.penstock.broker.errors.ApiError;
import io.penstock.broker.errors.ApiException;
import io.penstock.broker.home.HomeException;
import io.penstock.broker.home.Homes;
import io.penstock.broker.home.ResultRecord;
import io.penstock.broker.inference.ResultReply;
import io.penstock.broker.requests.KnownRequest;
import io.penstock.broker.requests.StoredChunks;
import io.penstock.broker.responses.ResponseObject;
import io.penstock.broker.responses.ResponseRegistry;
import io.penstock.broker.responses.ResponseRequest;
import io.penstock.broker.responses.ResponseStream;
import io.penstock.broker.responses.StoredResponse;
import io.penstock.broker.submission.Recording;
import io.penstock.broker.submission.Submitted;
import io.penstock.schemas.InferenceResult;
import io.penstock.schemas.Repetition;
import io.penstock.schemas.RequestState;
import io.penstock.schemas.TokenChunk;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;

/** What is known of responses at their home, for the controller. */
public final class ResponseServing {

  private static final Logger LOG = LoggerFactory.getLogger(ResponseServing.class);

  /** Workers' clocks differ from those of others. */
  private static final Duration CLOCKS_DIFFER = Duration.ofMinutes(1);

  /** So long after the end of a response all of its chunks have come. */
  private static final Duration CHUNKS_ARE_IN = Duration.ofSeconds(5);

  private final Serving serving;
  private final Homes homes;
  private final ResponseRegistry registry;
  private final StoredChunks chunks;
  private final ReplayBudget budget;
  private final Lookups lookups;
  private final InstantSource clock;

  /**
   * @param replayedBytes how many bytes of chunks all streams together may have read again and not
   *     sent yet
   */
  public ResponseServing(
      Serving serving,
      Homes homes,
      ResponseRegistry registry,
      StoredChunks chunks,
      long replayedBytes,
      InstantSource clock) {
    this.serving = serving;
    this.homes = homes;
    this.registry = registry;
    this.chunks = chunks;
    this.budget = new ReplayBudget(replayedBytes);
    this.lookups = new Lookups(homes, serving.recent());
    this.clock = clock;
  }

  /** A response that is being created. */
  final class Creation implements Recording {

    private final String tenant;
    private final ResponseRequest asked;
    private @Nullable StoredResponse created;
    private boolean repeated;

    private Creation(String tenant, ResponseRequest asked) {
      this.tenant = tenant;
      this.asked = asked;
    }

    @Override
    public CompletableFuture<Void> write(String id) {
      Optional<StoredResponse> before = registry.find(tenant, id, clock.instant());
      if (before.isPresent()) {
        // An earlier call stored it under the same Idempotency-Key, and its end may be known.
        created = before.get();
        repeated = true;
        return Recording.NONE.write(id);
      }
      StoredResponse response = StoredResponse.of(id, tenant, clock.instant(), asked);
      created = response;
      return asked.store() ? registry.add(response) : Recording.NONE.write(id);
    }

    /** Nobody would ever end a response whose request was not sent. */
    @Override
    public void undo(String id) {
      StoredResponse written = created;
      if (written != null && asked.store() && !repeated) {
        var _ =
            registry
                .remove(written)
                .exceptionally(
                    failed -> {
                      LOG.debug("Response {} stays until it is too old", id, failed);
                      return null;
                    });
      }
    }

    /** Whether the request was submitted, or the response stored, by an earlier call. */
    boolean isRepeated(Submitted submitted) {
      return repeated || submitted.before().isPresent();
    }

    /** The response, also where it was created by an earlier call. */
    StoredResponse of(Submitted submitted) {
      StoredResponse response = created;
      return response != null
          ? response
          : registry
              .find(tenant, submitted.id(), clock.instant())
              .orElseGet(() -> StoredResponse.of(submitted.id(), tenant, clock.instant(), asked));
    }
  }

  Creation creation(String tenant, ResponseRequest asked) {
    return new Creation(tenant, asked);
  }

  /** The tenant's response; another tenant's looks as if there were none. */
  StoredResponse require(String tenant, String id) {
    return registry
        .find(tenant, id, clock.instant())
        .orElseThrow(
            () -> {
              lookups.requireHome(id);
              return new ApiException(ApiError.notFound("response", id));
            });
  }

  /**
   * The result of a response; empty if there is none yet.
   *
   * @throws ApiException with 410 if it is kept no longer
   */
  Optional<InferenceResult> result(StoredResponse response) throws InterruptedException {
    Optional<KnownRequest.ResultPlace> place =
        response
            .end()
            .map(StoredResponse.End::place)
            .or(() -> known(response).flatMap(KnownRequest::result));
    if (place.isEmpty()) {
      return Optional.empty();
    }
    Optional<InferenceResult> result =
        serving
            .results()
            .read(place.get())
            .filter(
                each ->
                    each.getId().equals(response.id())
                        && each.getTenant().equals(response.tenant()));
    if (result.isEmpty()) {
      throw gone(response);
    }
    return result;
  }

  /**
   * What answers a call whose request was sent: its result or, where it repeats an earlier call,
   * that one's.
   *
   * @throws ApiException with 409 if the id stands for another request, and with 410 if the earlier
   *     result is kept no longer
   */
  InferenceResult settled(StoredResponse response, InferenceResult news)
      throws InterruptedException {
    Repetition repetition = news.getRepetition().orElse(null);
    return switch (repetition) {
      case null -> news;
      case CONFLICT -> throw new ApiException(ResultReply.conflict());
      case SAME -> {
        Optional<InferenceResult> first = result(response);
        if (first.isEmpty()) {
          lookups.requireHome(response.id());
          throw gone(response);
        }
        yield first.get();
      }
    };
  }

  private static ApiException gone(StoredResponse response) {
    return new ApiException(
        ApiError.invalid(
                410,
                "result_gone",
                "The answer of response %s is kept no longer.".formatted(response.id()))
            .with(ApiError.SHOULD_RETRY, "false"));
  }

  private Optional<KnownRequest> known(StoredResponse response) {
    return lookups.find(response.tenant(), response.id());
  }

  /** The response object as it is now. */
  ObjectNode shown(StoredResponse response) throws InterruptedException {
    return result(response)
        .map(result -> ResponseObject.ended(response, result))
        .orElseGet(() -> open(response));
  }

  /** The response object of a response without a result. */
  ObjectNode open(StoredResponse response) {
    boolean leased =
        known(response).filter(each -> each.state() == RequestState.LEASED).isPresent();
    return ResponseObject.open(
        response, leased ? ResponseObject.Open.IN_PROGRESS : ResponseObject.Open.QUEUED);
  }

  /** Forgets a response. One that has not ended is cancelled. */
  void delete(StoredResponse response) {
    try {
      registry.remove(response).join();
    } catch (CompletionException failed) {
      if (failed.getCause() instanceof HomeException moved) {
        throw moved;
      }
      throw failed;
    }
    if (response.end().isEmpty()) {
      serving.cancellations().cancel(response.tenant(), response.id());
    }
  }

  /**
   * The events of a response that was created just now.
   *
   * @param request the caller's
   * @param gone runs once if the caller goes before the end
   */
  Flux<byte[]> follow(
      HttpRequest<?> request,
      StoredResponse response,
      ResponseFeed feed,
      Optional<Duration> most,
      Runnable gone) {
    return feed.begin(
        request,
        response.id(),
        new ResponseStream(response, OptionalLong.empty()),
        ResponseFeed.Past.NONE,
        most,
        gone);
  }

  /**
   * The events of a response that was created before.
   *
   * @param request the caller's
   * @param feed watches the response already, so that nothing is missed between what the log has
   *     and what comes
   */
  Flux<byte[]> replay(
      HttpRequest<?> request,
      StoredResponse response,
      OptionalLong startingAfter,
      ResponseFeed feed,
      Optional<Duration> most)
      throws InterruptedException {
    ResponseStream events = new ResponseStream(response, startingAfter);
    return feed.begin(request, response.id(), events, past(response, events), most, () -> {});
  }

  private ResponseFeed.Past past(StoredResponse response, ResponseStream events)
      throws InterruptedException {
    // A home that moved before the watch was open is not read for it, so that nothing would come.
    lookups.requireHome(response.id());
    Optional<KnownRequest> known = known(response);
    Optional<InferenceResult> result = result(response);
    List<TokenChunk> all =
        response.streamed()
            ? chunks.read(
                homes.of(response.id()),
                response.tenant(),
                response.id(),
                since(response, known, result).minus(CLOCKS_DIFFER))
            : List.of();
    boolean complete =
        result
            .filter(each -> each.getFinishedAt().plus(CHUNKS_ARE_IN).isBefore(clock.instant()))
            .isPresent();
    List<TokenChunk> wanted = wanted(all, events);
    long bytes = result.map(ResultRecord::bodyBytes).orElse(0L);
    return new ResponseFeed.Past(
        wanted, result, complete, budget.take(response.tenant(), wanted, bytes));
  }

  /** When the attempt began whose chunks are wanted: the latest one that is known of. */
  private static Instant since(
      StoredResponse response, Optional<KnownRequest> known, Optional<InferenceResult> result) {
    return result
        .flatMap(InferenceResult::getLeasedAt)
        .or(
            () ->
                known
                    .filter(each -> each.state() == RequestState.LEASED)
                    .map(KnownRequest::changedAt))
        .orElse(response.createdAt());
  }

  /** A new reader is shown the latest attempt alone, and nothing of one that was given up. */
  private static List<TokenChunk> wanted(List<TokenChunk> all, ResponseStream events) {
    if (events.attempt().isPresent()) {
      return all;
    }
    int latest = all.stream().mapToInt(TokenChunk::getAttempt).max().orElse(0);
    return all.stream().filter(each -> each.getAttempt() == latest).toList();
  }
}
