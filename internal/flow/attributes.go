package flow

// Attribute names of the record.
const (
	attrSourceAddress      = "source.address"
	attrSourcePort         = "source.port"
	attrDestinationAddress = "destination.address"
	attrDestinationPort    = "destination.port"
	attrTransport          = "network.transport"
	attrNetworkType        = "network.type"
	attrInitiator          = "flow.initiator"
	attrBytes              = "flow.io.bytes"
	attrPackets            = "flow.io.packets"
	attrReverseBytes       = "flow.reverse.io.bytes"
	attrReversePackets     = "flow.reverse.io.packets"
	attrStart              = "flow.start"
	attrEnd                = "flow.end"
	attrEndReason          = "flow.end_reason"
	attrProtocolName       = "network.protocol.name"
	attrProtocolVersion    = "network.protocol.version"
	attrServer             = "server.address"
	attrHTTPMethod         = "http.request.method"
	attrHTTPBodySize       = "http.request.body.size"
	attrHTTPRequests       = "flow.http.request.count"
	attrURLPath            = "url.path"
	attrUserAgent          = "user_agent.original"
	attrFTPCommand         = "ftp.command"
	attrSMTPMessageSize    = "flow.smtp.message.size"
	attrTLSVersion         = "tls.protocol.version"
	attrTLSClientJA4       = "tls.client.ja4"
	attrDNSQuestionName    = "dns.question.name"
	attrDNSQuestionType    = "dns.question.type"
	attrEntropy            = "flow.payload.entropy"
	attrPID                = "process.pid"
	attrParentPID          = "process.parent_pid"
	attrExecutable         = "process.executable.path"
	attrCommandLine        = "process.command_line"
	attrLost               = "flow.observer.lost"
)

// Attribute names of the resource.
const (
	attrContainerID      = "container.id"
	attrContainerRuntime = "container.runtime.name"
	attrContainerName    = "container.name"
	attrContainerImage   = "container.image.name"
	attrPodUID           = "k8s.pod.uid"
	attrPodName          = "k8s.pod.name"
	attrNamespace        = "k8s.namespace.name"
	attrK8sContainer     = "k8s.container.name"
	attrDeployment       = "k8s.deployment.name"
	attrStatefulSet      = "k8s.statefulset.name"
	attrDaemonSet        = "k8s.daemonset.name"
	attrCronJob          = "k8s.cronjob.name"
	attrJob              = "k8s.job.name"
	attrNode             = "k8s.node.name"
	attrCluster          = "k8s.cluster.name"
	attrHostName         = "host.name"
	attrHostID           = "host.id"
)

// Values of network.type.
const (
	typeIPv4 = "ipv4"
	typeIPv6 = "ipv6"
)
