package io.penstock.broker.http;

import io.micronaut.context.event.BeanCreatedEvent;
import io.micronaut.context.event.BeanCreatedEventListener;
import io.micronaut.http.netty.channel.ChannelPipelineCustomizer;
import io.micronaut.http.server.netty.NettyServerCustomizer;
import io.netty.channel.Channel;
import io.penstock.broker.connections.AnswerPace;
import io.penstock.broker.connections.ReadPace;
import io.penstock.broker.settings.ConnectionSettings;
import jakarta.inject.Singleton;

/** Has each connection watched for a client that sends or reads too slowly. */
@Singleton
final class ConnectionCustomizer
    implements BeanCreatedEventListener<NettyServerCustomizer.Registry> {

  private final ReadPace pace;
  private final AnswerPace answers;

  ConnectionCustomizer(ConnectionSettings connections) {
    this.pace = new ReadPace(connections.requestGrace(), connections.leastBytesPerSecond());
    this.answers =
        new AnswerPace(connections.answerWindow(), connections.leastAnswerBytesPerSecond());
  }

  @Override
  public NettyServerCustomizer.Registry onCreated(
      BeanCreatedEvent<NettyServerCustomizer.Registry> event) {
    NettyServerCustomizer.Registry registry = event.getBean();
    registry.register(new OfServer());
    return registry;
  }

  private final class OfServer implements NettyServerCustomizer {
    @Override
    public NettyServerCustomizer specializeForChannel(Channel channel, ChannelRole role) {
      return role == ChannelRole.CONNECTION ? new OfConnection(channel) : this;
    }
  }

  private final class OfConnection implements NettyServerCustomizer {

    private final Channel channel;

    private OfConnection(Channel channel) {
      this.channel = channel;
    }

    @Override
    public void onStreamPipelineBuilt() {
      channel.pipeline().addFirst(AnswerPaceHandler.NAME, new AnswerPaceHandler(answers));
      channel
          .pipeline()
          .addAfter(
              ChannelPipelineCustomizer.HANDLER_HTTP_SERVER_CODEC,
              ReadPaceHandler.NAME,
              new ReadPaceHandler(pace));
    }
  }
}
