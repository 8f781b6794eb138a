package io.penstock.broker.http;

import io.micronaut.http.HttpRequest;
import java.util.concurrent.atomic.AtomicReference;
import org.reactivestreams.Subscription;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;

/**
 * The body of another instance's answer. It keeps a connection for as long as it is neither read
 * nor given up, so it is given up if the caller goes before the server has begun to read it.
 */
final class PassedOn {

  private enum Fate {
    OPEN,
    READ,
    GIVEN_UP
  }

  private final Flux<byte[]> pieces;
  private final AtomicReference<Fate> fate = new AtomicReference<>(Fate.OPEN);

  PassedOn(Flux<byte[]> pieces) {
    this.pieces = pieces;
  }

  /** What the caller reads. Whoever reads it ends it. */
  Flux<byte[]> readBy(HttpRequest<?> request) {
    HangUp hangUp = new HangUp(request, this::gone);
    return Flux.defer(
        () -> {
          hangUp.close();
          return fate.compareAndSet(Fate.OPEN, Fate.READ) ? pieces : Flux.empty();
        });
  }

  /** The caller has gone. */
  void gone() {
    if (fate.compareAndSet(Fate.OPEN, Fate.GIVEN_UP)) {
      pieces.subscribe(
          new BaseSubscriber<>() {
            @Override
            protected void hookOnSubscribe(Subscription subscription) {
              subscription.cancel();
            }
          });
    }
  }
}
