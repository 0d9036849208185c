package dialect

import (
	"testing"
)

func BenchmarkRead(b *testing.B) {
	for name, line := range map[string]string{
		"nobodys": `{"http.method":"GET","http.status":200,"msg":"request served","level":"info","caller":"server.go:12",
			"duration_ms":3.5,"trace_id":"4bf92f3577b34da6a3ce929d0e0e4736","span_id":"00f067aa0ba902b7","user":"bob","path":"/a"}`,
		"zeek conn": `{"ts":1795543565.962133,"uid":"CqcRvh2xQ0jXVZGPk1","id.orig_h":"10.88.0.5","id.orig_p":44262,"id.resp_h":"203.0.113.9",
			"id.resp_p":80,"proto":"tcp","service":"http","duration":0.049034,"orig_bytes":3000151,"resp_bytes":138,"conn_state":"SF",
			"local_orig":true,"local_resp":false,"missed_bytes":0,"history":"ShADadFf","orig_pkts":93,"orig_ip_bytes":3004995,"resp_pkts":42,
			"resp_ip_bytes":2330}`,
		"zeek http": `{"ts":1795543565.970012,"uid":"CqcRvh2xQ0jXVZGPk1","id.orig_h":"10.88.0.5","id.orig_p":44262,"id.resp_h":"203.0.113.9",
			"id.resp_p":80,"trans_depth":1,"method":"PUT","host":"drop.example","uri":"/up/archive.tgz","version":"1.1","user_agent":"curl/7.88.1",
			"request_body_len":3000000,"response_body_len":2,"status_code":200,"status_msg":"OK"}`,
		"suricata flow": `{"timestamp":"2026-11-24T18:06:06.795459+0000","flow_id":1599056805881616,"event_type":"flow","src_ip":"10.88.0.5",
			"src_port":44262,"dest_ip":"203.0.113.9","dest_port":80,"proto":"TCP","app_proto":"http","flow":{"pkts_toserver":93,"pkts_toclient":42,
			"bytes_toserver":3006297,"bytes_toclient":2918,"start":"2026-11-24T18:06:05.962133+0000","end":"2026-11-24T18:06:06.011167+0000",
			"age":1,"state":"closed","reason":"shutdown","alerted":false},"tcp":{"tcp_flags":"1b","syn":true,"fin":true,"state":"closed"}}`,
	} {
		b.Run(name, func(b *testing.B) {
			lr, r := jsonRecord(b, line), newReader(b)
			b.ReportAllocs()
			for b.Loop() {
				if _, _, err := r.Read(lr); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
