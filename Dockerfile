# The firewall alone: a static binary on nothing. Build: docker build -t sallyport .
# (deploy/docker/Dockerfile.prebuilt does it without pulling any image.)
FROM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN CGO_ENABLED=0 go build -trimpath -ldflags="-s -w" -o /out/sallyport ./cmd/sallyport

# Wants --cap-drop ALL --cap-add NET_ADMIN --device /dev/net/tun, and no more.
FROM scratch
COPY --from=build /out/sallyport /sallyport
ENV SALLYPORT_SOCKET=/run/sallyport/sallyport.sock
HEALTHCHECK --interval=10s --start-period=2s CMD ["/sallyport", "status"]
ENTRYPOINT ["/sallyport"]
CMD ["run"]
