package io.penstock.broker.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufHolder;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.netty.channel.FileRegion;
import io.netty.util.concurrent.Future;
import io.penstock.broker.connections.AnswerPace;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Closes a connection whose client reads too slowly what is written to it. Only the time counts in
 * which something waits for the client. It stands next to the socket, so that it sees bytes. One
 * for each connection.
 */
final class AnswerPaceHandler extends ChannelDuplexHandler {

  static final String NAME = "penstock-answer-pace";

  private static final Logger LOG = LoggerFactory.getLogger(AnswerPaceHandler.class);

  private final AnswerPace pace;
  private long written;
  private long takenBefore;
  private @Nullable Future<?> look;

  AnswerPaceHandler(AnswerPace pace) {
    this.pace = pace;
  }

  @Override
  public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
    if (look != null && waiting(context) == 0) {
      // All that waited was taken, and what is written now is looked at anew.
      end();
    }
    written += bytes(message);
    var _ = context.write(message, promise);
  }

  private static long bytes(Object message) {
    return switch (message) {
      case ByteBuf buffer -> buffer.readableBytes();
      case ByteBufHolder holder -> holder.content().readableBytes();
      case FileRegion region -> region.count();
      default -> 0;
    };
  }

  @Override
  public void flush(ChannelHandlerContext context) {
    context.flush();
    if (look == null && waiting(context) > 0) {
      begin(context);
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    end();
    context.fireChannelInactive();
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext context) {
    end();
  }

  private void begin(ChannelHandlerContext context) {
    takenBefore = taken(context);
    look =
        context
            .executor()
            .schedule(() -> look(context), pace.window().toMillis(), TimeUnit.MILLISECONDS);
  }

  private void end() {
    if (look != null) {
      look.cancel(false);
      look = null;
    }
  }

  private void look(ChannelHandlerContext context) {
    look = null;
    if (waiting(context) == 0) {
      return;
    }
    long taken = taken(context) - takenBefore;
    if (pace.isTooSlow(taken)) {
      LOG.debug("Closing a connection that has taken {} bytes in {}", taken, pace.window());
      var _ = context.close();
    } else {
      begin(context);
    }
  }

  /** How many bytes wait for the client, and what the server keeps beside each piece. */
  private static long waiting(ChannelHandlerContext context) {
    ChannelOutboundBuffer buffer = context.channel().unsafe().outboundBuffer();
    return buffer == null ? 0 : buffer.totalPendingWriteBytes() - buffer.currentProgress();
  }

  /** How many bytes the client has taken since the connection began, somewhat too few. */
  private long taken(ChannelHandlerContext context) {
    return written - waiting(context);
  }
}
