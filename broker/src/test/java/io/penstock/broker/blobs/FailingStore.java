package io.penstock.broker.blobs;

import java.io.IOException;
import java.util.Optional;
import java.util.function.Supplier;

/** A store that can be made to fail. What is open already goes on. */
public final class FailingStore extends ForwardingStore {

  private volatile Optional<Supplier<IOException>> failure = Optional.empty();

  public FailingStore() {
    super(new MemoryStore());
  }

  /** Fails from now on, or no more. */
  public void fail(Optional<Supplier<IOException>> with) {
    failure = with;
  }

  @Override
  protected <T> T around(Call<T> call) throws IOException {
    Optional<Supplier<IOException>> failing = failure;
    if (failing.isPresent()) {
      throw failing.get().get();
    }
    return super.around(call);
  }
}
