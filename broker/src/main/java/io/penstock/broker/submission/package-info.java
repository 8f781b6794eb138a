/** From a call to a request that is under way: judged, admitted, watched and sent. */
package io.penstock.broker.submission;
