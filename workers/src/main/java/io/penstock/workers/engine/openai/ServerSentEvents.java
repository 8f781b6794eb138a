package io.penstock.workers.engine.openai;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Takes a stream of server-sent events apart into the data of each, byte for byte. Several data
 * lines of one event are joined by a line feed, as the standard says; comments and other fields are
 * left out. An event that the stream's end cuts off before its empty line counts, since servers end
 * so.
 */
final class ServerSentEvents {

  /** Receives the data of each event. */
  @FunctionalInterface
  interface Receiver {
    void event(byte[] data) throws IOException;
  }

  private static final byte[] DATA = {'d', 'a', 't', 'a'};

  private final Receiver receiver;
  private final int maxBytes;
  private final ByteArrayOutputStream line = new ByteArrayOutputStream(512);
  private final ByteArrayOutputStream data = new ByteArrayOutputStream(512);
  private boolean hasData;
  private boolean afterReturn;

  /**
   * @param maxBytes the longest event
   */
  ServerSentEvents(Receiver receiver, int maxBytes) {
    this.receiver = receiver;
    this.maxBytes = maxBytes;
  }

  /** Takes the next bytes, wherever they were cut. */
  void take(ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      byte each = bytes.get();
      if (each == '\n' && afterReturn) {
        afterReturn = false;
      } else if (each == '\n' || each == '\r') {
        afterReturn = each == '\r';
        endOfLine();
      } else {
        afterReturn = false;
        line.write(each);
        if (line.size() + data.size() > maxBytes) {
          throw new IOException("an event is beyond the capacity of " + maxBytes + " bytes");
        }
      }
    }
  }

  /** The stream is over. */
  void end() throws IOException {
    if (line.size() > 0) {
      endOfLine();
    }
    dispatch();
  }

  private void endOfLine() throws IOException {
    byte[] bytes = line.toByteArray();
    line.reset();
    if (bytes.length == 0) {
      dispatch();
    } else if (isData(bytes)) {
      if (hasData) {
        data.write('\n');
      }
      hasData = true;
      int from = DATA.length + 1;
      from += bytes.length > from && bytes[from] == ' ' ? 1 : 0;
      if (from < bytes.length) {
        data.write(bytes, from, bytes.length - from);
      }
    }
  }

  private static boolean isData(byte[] line) {
    for (int i = 0; i < DATA.length; i++) {
      if (line.length <= i || line[i] != DATA[i]) {
        return false;
      }
    }
    return line.length > DATA.length && line[DATA.length] == ':';
  }

  private void dispatch() throws IOException {
    if (hasData) {
      byte[] event = data.toByteArray();
      data.reset();
      hasData = false;
      receiver.event(event);
    }
  }
}
