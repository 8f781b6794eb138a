package io.penstock.broker.submission;

import io.penstock.broker.home.ResultRecord;
import io.penstock.broker.requests.Watcher;
import io.penstock.schemas.RequestStatus;
import io.penstock.schemas.TokenChunk;

/**
 * Passes news on to whoever asks. What answers a repetition concerns only one that has sent its
 * request: others wait for the request itself.
 */
final class Asker implements Watcher {

  private final Watcher watcher;
  private volatile boolean began;

  Asker(Watcher watcher) {
    this.watcher = watcher;
  }

  void begin() {
    began = true;
  }

  @Override
  public void status(RequestStatus status) {
    watcher.status(status);
  }

  @Override
  public void chunk(TokenChunk chunk) {
    watcher.chunk(chunk);
  }

  @Override
  public void result(ResultRecord record) {
    if (record.isFirst() || began) {
      watcher.result(record);
    }
  }

  @Override
  public void stopping() {
    watcher.stopping();
  }
}
