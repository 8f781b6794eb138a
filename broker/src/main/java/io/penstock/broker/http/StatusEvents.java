package io.penstock.broker.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.micronaut.http.HttpRequest;
import io.penstock.broker.connections.AnswerBudget;
import io.penstock.broker.home.ResultRecord;
import io.penstock.broker.requests.KnownRequest;
import io.penstock.broker.settings.ConnectionSettings;
import io.penstock.broker.stream.SseText;
import io.penstock.schemas.RequestStatus;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;

/** Streams what happens to one request to one caller, until it has ended. */
final class StatusEvents extends CallerStream {

  private final Supplier<Optional<ObjectNode>> status;
  private @Nullable String last;

  /**
   * @param status what is known of the request now
   */
  StatusEvents(
      ScheduledExecutorService timer,
      ConnectionSettings settings,
      AnswerBudget.Account account,
      Supplier<Optional<ObjectNode>> status) {
    super(timer, settings, account);
    this.status = status;
  }

  /**
   * Begins with what is known.
   *
   * @param request the caller's
   */
  synchronized Flux<byte[]> begin(HttpRequest<?> request, KnownRequest known) {
    Flux<byte[]> flux = start(request, Flux.empty(), () -> {});
    tell();
    if (known.isFinished()) {
      finish();
    }
    return flux;
  }

  @Override
  public synchronized void status(RequestStatus news) {
    tell();
  }

  @Override
  public synchronized void result(ResultRecord record) {
    if (record.isFirst()) {
      tell();
      finish();
    }
  }

  @Override
  public synchronized void stopping() {
    finish();
  }

  private void tell() {
    if (isOver()) {
      return;
    }
    status
        .get()
        .ifPresent(
            json -> {
              String state = json.path("status").asText() + json.path("attempts").asText();
              byte[] text = SseText.data(Optional.of("status"), Replies.bytes(json));
              if (!state.equals(last) && send(text, false)) {
                last = state;
              }
            });
  }

  @Override
  Optional<String> idle() {
    return Optional.of("waiting");
  }

  /** What a slow caller does not get is told by what follows. */
  @Override
  void tooSlow() {}
}
